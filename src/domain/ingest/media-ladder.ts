import type { FrameRate } from '../export/content-export.ts'
import type { AudioSource, MediaFacts, MediaPlan, VideoSource } from './media-plan.ts'
import { planAudio } from './sound-ladder.ts'
import { planVideo } from './video-ladder.ts'

/** Visually near the source at a rate that a film of any kind stays below with the maxrates here. */
const CRF = 22
const GOP_SECONDS = 2
const GOPS_IN_A_PART = 3

/** What to make of a source: pictures at most as large as they come, and sound. */
export const planMedia = (facts: MediaFacts): MediaPlan => {
  const frameRate = facts.video === null ? { num: 25, den: 1 } : planFrameRate(facts.video, facts.audio)
  const gop = Math.max(1, Math.round((GOP_SECONDS * frameRate.num) / frameRate.den))
  const partSeconds = (GOPS_IN_A_PART * gop * frameRate.den) / frameRate.num
  return {
    frameRate,
    gop,
    partSeconds: facts.video === null ? GOP_SECONDS * GOPS_IN_A_PART : partSeconds,
    crf: CRF,
    video: facts.video === null ? [] : planVideo(facts.video, frameRate, facts.audio === null),
    audio: facts.audio === null ? [] : planAudio(facts.audio, facts.video !== null),
  }
}

const STANDARD_RATES: ReadonlyArray<FrameRate> = [
  { num: 24_000, den: 1001 },
  { num: 24, den: 1 },
  { num: 25, den: 1 },
  { num: 30_000, den: 1001 },
  { num: 30, den: 1 },
  { num: 50, den: 1 },
  { num: 60_000, den: 1001 },
  { num: 60, den: 1 },
]
const MAX_RATE: FrameRate = { num: 60, den: 1 }

/**
 * A constant rate for the film: the standard one within 2 %, else the next higher one, so that no picture of a
 * film of varying rate is lost; slow ones (time lapses, slides) keep theirs as a whole number.
 */
const planFrameRate = (video: VideoSource, audio: AudioSource | null): FrameRate => {
  if (isOnePicture(video, audio)) return HELD_RATE
  const rate = Math.min(60, video.averageRate || video.nominalRate || 25)
  const distance = (standard: FrameRate) => Math.abs(standard.num / standard.den - rate)
  const nearest = STANDARD_RATES.reduce((best, next) => (distance(next) < distance(best) ? next : best))
  if (distance(nearest) < 0.02 * rate) return nearest
  if (rate < 24) return { num: Math.max(1, Math.round(rate)), den: 1 }
  return STANDARD_RATES.find(({ num, den }) => num / den >= rate) ?? MAX_RATE
}

/** Of a picture that is held for as long as its sound lasts. */
const HELD_RATE: FrameRate = { num: 5, den: 1 }

const isOnePicture = ({ endSeconds, averageRate }: VideoSource, audio: AudioSource | null): boolean =>
  endSeconds !== null &&
  audio !== null &&
  (audio.endSeconds ?? 0) > endSeconds + 1 &&
  endSeconds * Math.max(5, averageRate) < 1.5
