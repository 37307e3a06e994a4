import type { FrameRate } from '../export/content-export.ts'
import type { AudioSource, VideoSource } from './media-plan.ts'

/**
 * A constant rate for a film: the standard one within 2 %, else the next higher one, so that no picture of a film of
 * varying rate is lost; slow ones (time lapses, slides) have a whole number.
 */
export const planFrameRate = (video: VideoSource, audio: AudioSource | null): FrameRate => {
  if (isOnePicture(video, audio)) return HELD_RATE
  const rate = Math.min(60, rateOf(video))
  const nearest = [...STANDARD_RATES, ...SLOW_RATES].reduce((best, next) =>
    distance(next, rate) < distance(best, rate) ? next : best,
  )
  if (distance(nearest, rate) < 0.02 * rate) return nearest
  if (rate < 24) return { num: wholeRate(rate), den: 1 }
  return STANDARD_RATES.find(({ num, den }) => num / den >= rate) ?? MAX_RATE
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
/** Of halves of standard ones: a whole number would show each picture up to half its time early or late. */
const SLOW_RATES: ReadonlyArray<FrameRate> = [
  { num: 12_000, den: 1001 },
  { num: 25, den: 2 },
  { num: 15_000, den: 1001 },
  { num: 15, den: 1 },
  { num: 12, den: 1 },
]
const MAX_RATE: FrameRate = { num: 60, den: 1 }

const distance = ({ num, den }: FrameRate, rate: number): number => Math.abs(num / den - rate)

const wholeRate = (rate: number): number => {
  const nearest = Math.max(1, Math.round(rate))
  return Math.abs(nearest - rate) < 0.02 * rate ? nearest : Math.ceil(rate)
}

/**
 * How many pictures a second are to be shown. The mean of a film of varying rate says nothing: a screen recording has
 * 30 while something moves, and 1 otherwise. Each field of an interlaced film is a picture.
 */
const rateOf = (video: VideoSource): number => {
  const { nominalRate, peakRate, interlaced } = video
  const mean = meanOf(video)
  if (interlaced) return mean > MOST_INTERLACED ? mean : 2 * mean
  if (peakRate !== null) return isNear(peakRate, mean) && isStandard(mean) ? mean : Math.max(peakRate, mean)
  if (isStandard(mean)) return mean
  if (nominalRate <= mean) return mean
  if (nominalRate <= MOST_NOMINAL) return nominalRate
  // Times that are multiples of nothing: the file names the unit that they are counted in.
  return Math.max(mean, USUAL_MOST)
}

/** What a demuxer gives for a mean may be the unit of its times (DV in FFmpeg 8). */
const meanOf = ({ averageRate, nominalRate }: VideoSource): number =>
  (averageRate > MOST_MEAN ? nominalRate : averageRate || nominalRate) || 25

const isStandard = (rate: number): boolean =>
  STANDARD_RATES.some((standard) => distance(standard, rate) < 0.005 * rate)

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 0.02 * b

/** Whether its mean says little, or a guess says something else, so that its pictures have to be counted. */
export const mayVary = (video: VideoSource): boolean => {
  const [mean, { nominalRate, interlaced }] = [meanOf(video), video]
  return !interlaced && (!isStandard(mean) || (nominalRate > mean && !isNear(nominalRate, mean)))
}

/** Frames a second: an interlaced film of more has its fields counted one by one. */
const MOST_INTERLACED = 31
const MOST_NOMINAL = 61
const MOST_MEAN = 1000
/** Of cameras and screen recorders. */
const USUAL_MOST = 30

/** Of a picture that is held for as long as its sound lasts. */
const HELD_RATE: FrameRate = { num: 5, den: 1 }

const isOnePicture = ({ endSeconds, averageRate }: VideoSource, audio: AudioSource | null): boolean =>
  endSeconds !== null &&
  audio !== null &&
  (audio.endSeconds ?? 0) > endSeconds + 1 &&
  endSeconds * Math.max(5, averageRate) < 1.5
