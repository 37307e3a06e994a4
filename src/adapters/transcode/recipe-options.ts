import type { EncodeJob } from './engine.ts'

export type RecipeOptions = {
  /** Path of the lookup table that converts the colours to sRGB; `null` if no conversion is needed. */
  readonly cube: string | null
  readonly wallSeconds: number
  /** Number of seconds for which the last frame is repeated at the end. */
  readonly lastFrameSeconds: number
  /** Number of seconds of silence that are appended to the audio. */
  readonly appendedSilenceSeconds: number
  /** Minimum duration in seconds of the audio including `appendedSilenceSeconds`. Silence fills the difference. */
  readonly minimumSeconds: number
}

/** How the timestamps of the source are read (see EncodeJob). */
export type SourceTimes = Pick<EncodeJob, 'jumpSeconds' | 'hasZeroBasedTimes'>
