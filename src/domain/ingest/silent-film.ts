import type { Transcoded } from '../../ports/transcoder.ts'
import type { MediaFacts, MediaPlan } from './media-plan.ts'

/** Whether none of the sound of a film could be decoded: it was made of a plan that is not its own. */
export const hasLostSound = (plan: MediaPlan, { renditions }: Transcoded): boolean =>
  plan.video.length > 0 && plan.audio.length > 0 && renditions.every(({ audio }) => audio === null)

/** The facts of a film that never had sound, with what is to be said of the one that it had. */
export const withoutSound = (facts: MediaFacts, warnings: ReadonlyArray<string>): MediaFacts => ({
  ...facts,
  announcedSeconds: facts.video?.endSeconds ?? facts.announcedSeconds,
  audio: null,
  otherSounds: [],
  warnings,
})
