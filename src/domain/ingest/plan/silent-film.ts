import type { Transcoded } from '../../../ports/transcoder.ts'
import type { MediaFacts, MediaPlan } from './media-plan.ts'

/** Whether a video was planned with audio, and none of its audio could be decoded. */
export const hasLostSound = (plan: MediaPlan, { renditions }: Transcoded): boolean =>
  plan.video.length > 0 && plan.audio.length > 0 && renditions.every(({ audio }) => audio === null)

/** Returns the facts of the same video without audio. `warnings`: why its audio is missing. */
export const withoutSound = (facts: MediaFacts, warnings: ReadonlyArray<string>): MediaFacts => ({
  ...facts,
  announcedSeconds: facts.video?.endSeconds ?? facts.announcedSeconds,
  audio: null,
  otherSounds: [],
  warnings,
})
