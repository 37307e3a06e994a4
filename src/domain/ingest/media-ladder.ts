import type { FrameRate } from '../export/content-export.ts'
import { planFrameRate } from './frame-rate.ts'
import type { AudioRung, AudioSource, MediaFacts, MediaPlan, VideoRung, VideoSource } from './media-plan.ts'

export type MediaLimits = {
  /** Pixels: no rendition is larger than this across its shorter side. */
  readonly maxShortSide: number
}

/** H.264 above 1080 lines needs levels beyond 4.2, which the HLS authoring specification advises against. */
export const defaultMediaLimits: MediaLimits = { maxShortSide: 1080 }

/** Visually near the source at a rate that a film of any kind stays below with the maxrates here. */
const CRF = 22
const GOP_SECONDS = 2
const GOPS_IN_A_PART = 3
const MAX_RUNGS = 4

/** Short side in pixels, and the maxrate in kilobits per second at up to 31 frames a second. Largest first. */
const STEPS: ReadonlyArray<Step> = [
  { side: 2160, kilobits: 14_000 },
  { side: 1440, kilobits: 8000 },
  { side: 1080, kilobits: 5000 },
  { side: 720, kilobits: 2800 },
  { side: 480, kilobits: 1400 },
  { side: 360, kilobits: 800 },
  { side: 240, kilobits: 400 },
]
type Step = { readonly side: number; readonly kilobits: number }

/** What to make of a source: pictures at most as large as they come, by their shorter side, and sound. */
export const planMedia = (facts: MediaFacts, limits: MediaLimits = defaultMediaLimits): MediaPlan => {
  const frameRate = facts.video === null ? { num: 25, den: 1 } : planFrameRate(facts.video, facts.audio)
  const gop = Math.max(1, Math.round((GOP_SECONDS * frameRate.num) / frameRate.den))
  const partSeconds = (GOPS_IN_A_PART * gop * frameRate.den) / frameRate.num
  return {
    frameRate,
    gop,
    partSeconds: facts.video === null ? GOP_SECONDS * GOPS_IN_A_PART : partSeconds,
    crf: CRF,
    video: facts.video === null ? [] : planVideo(facts.video, frameRate, limits),
    audio: facts.audio === null ? [] : planAudio(facts.audio, facts.video !== null),
  }
}

const planVideo = (
  { width, height }: VideoSource,
  frameRate: FrameRate,
  limits: MediaLimits,
): ReadonlyArray<VideoRung> => {
  const short = Math.min(width, height)
  const quick = frameRate.num / frameRate.den > 31 ? 1.5 : 1
  return stepsUpTo(Math.min(short, limits.maxShortSide)).map(({ side, kilobits }) => ({
    name: `v${side}`,
    width: nearestEven((width * side) / short),
    height: nearestEven((height * side) / short),
    maxrate: Math.round(kilobits * quick),
    bufsize: Math.round(kilobits * quick) * 2,
  }))
}

/** The ladder's steps that a source fills, under one of its own size when it is well above the first of them. */
const stepsUpTo = (top: number): ReadonlyArray<Step> => {
  const filled = STEPS.filter(({ side }) => side <= top)
  const first = filled[0]
  const steps = first !== undefined && top <= first.side * 1.12 ? filled : [sourceSized(top), ...filled]
  return steps.slice(0, MAX_RUNGS)
}

/** Between two steps the maxrate lies between theirs; outside of all it goes with the side. */
const sourceSized = (side: number): Step => {
  const below = STEPS.find((step) => step.side <= side)
  const above = STEPS.findLast((step) => step.side > side)
  if (below === undefined) return { side, kilobits: Math.max(100, Math.round((400 * side) / 240)) }
  if (above === undefined) return { side, kilobits: Math.round((below.kilobits * side) / below.side) }
  const between = (side - below.side) / (above.side - below.side)
  return { side, kilobits: Math.round(below.kilobits + (above.kilobits - below.kilobits) * between) }
}

// Chroma is subsampled by two in both directions, so H.264 in 4:2:0 wants even sizes.
const nearestEven = (pixels: number): number => Math.max(2, 2 * Math.round(pixels / 2))

const LOSSY = /^(mp[23]|aac|opus|vorbis|wma|e?ac3|amr)/

const planAudio = (source: AudioSource, besidePictures: boolean): ReadonlyArray<AudioRung> => {
  const { codec, bitrate } = source
  const ceiling = LOSSY.test(codec) && bitrate !== null ? bitrate * 1.3 : Number.POSITIVE_INFINITY
  const soundAlone = [64, 128, 256].filter((kilobits, i) => i === 0 || kilobits * 1000 <= ceiling)
  return (besidePictures ? [128] : soundAlone).map((kilobits) => ({
    name: `a${kilobits}`,
    // One channel needs about three fifths of what two need.
    kilobits: source.channels === 1 ? Math.max(48, Math.round(kilobits * 0.6)) : kilobits,
    channels: source.channels === 1 ? 1 : 2,
    sampleRate: source.sampleRate === 44_100 ? 44_100 : 48_000,
  }))
}
