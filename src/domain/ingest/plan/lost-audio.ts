import type { TranscodeResult } from '../../../ports/transcoder.ts'
import type { MediaFacts, MediaPlan } from './media-plan.ts'

/** Returns whether a video was planned with audio, and none of its audio could be decoded. */
export const hasLostAudio = (plan: MediaPlan, { renditions }: TranscodeResult): boolean =>
  plan.video.length > 0 && plan.audio.length > 0 && renditions.every(({ audio }) => audio === null)

/** Returns the facts of the same video without audio. `warnings`: the reasons why the audio is missing. */
export const withoutAudio = (facts: MediaFacts, warnings: ReadonlyArray<string>): MediaFacts => ({
  ...facts,
  declaredSeconds: facts.video?.endSeconds ?? facts.declaredSeconds,
  audio: null,
  fallbackAudio: [],
  warnings,
})
