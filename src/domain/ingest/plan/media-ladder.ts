import { planAudio } from './audio-ladder.ts'
import { planFrameRate } from './frame-rate.ts'
import type { MediaFacts, MediaPlan } from './media-plan.ts'
import { planVideo } from './video-ladder.ts'

/**
 * Constant rate factor: visually close to the source. The ladder's maxrates limit the bit rate of demanding
 * videos.
 */
const CRF = 22
const GOP_SECONDS = 2
const GOPS_PER_PART = 3

/** Plans the renditions of a source. No video rendition is larger than the source. */
export const planMedia = (facts: MediaFacts): MediaPlan => {
  const frameRate = facts.video === null ? { num: 25, den: 1 } : planFrameRate(facts.video, facts.audio)
  const gop = Math.max(1, Math.round((GOP_SECONDS * frameRate.num) / frameRate.den))
  const partSeconds = (GOPS_PER_PART * gop * frameRate.den) / frameRate.num
  return {
    frameRate,
    gop,
    partSeconds: facts.video === null ? GOP_SECONDS * GOPS_PER_PART : partSeconds,
    crf: CRF,
    video: facts.video === null ? [] : planVideo(facts.video, frameRate, facts.audio === null),
    audio: facts.audio === null ? [] : planAudio(facts.audio, facts.video !== null),
  }
}
