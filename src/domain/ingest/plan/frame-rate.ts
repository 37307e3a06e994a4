import type { FrameRate } from '../../media/content-export.ts'
import type { AudioSource, VideoSource } from './media-plan.ts'

/**
 * Returns a constant frame rate: a standard rate within 2 %, otherwise the next higher one, so that no frame
 * of a video with a variable frame rate is dropped. A rate below 24 frames per second (time lapses, slides)
 * is a whole number. A rate below 5 is multiplied, so that each frame is shown several times.
 */
export const planFrameRate = (video: VideoSource, audio: AudioSource | null): FrameRate => {
  if (isStillImage(video, audio)) return STILL_RATE
  const rate = atLeast5(atMost60(rateOf(video)))
  const nearest = [...STANDARD_RATES, ...SLOW_RATES].reduce((best, next) =>
    distance(next, rate) < distance(best, rate) ? next : best,
  )
  if (distance(nearest, rate) < 0.02 * rate) return nearest
  if (rate < 24) return { num: wholeRate(rate), den: 1 }
  return STANDARD_RATES.find(({ num, den }) => num / den >= rate) ?? MAX_RATE
}

/**
 * Returns a rate of at most 60 frames per second. A high rate (119.88, 240) is divided by two or four, if the
 * result is a standard rate of at least 50; otherwise it becomes 60.
 */
const atMost60 = (rate: number): number => {
  if (rate < 61) return Math.min(60, rate)
  return [rate / 2, rate / 4].find((part) => part > 49 && isStandard(part)) ?? 60
}

/**
 * Returns a rate of at least 5 frames per second. Audio and video end within one frame of each other, so a
 * frame must not last as long as a second.
 */
const atLeast5 = (rate: number): number => (rate < MIN_RATE ? rate * Math.ceil(MIN_RATE / rate) : rate)

const MIN_RATE = 5

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
/**
 * Half of each standard rate. If such a rate were rounded to a whole number, frames would appear up to half a
 * frame early or late.
 */
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
  const nearest = Math.round(rate)
  return Math.abs(nearest - rate) < 0.02 * rate ? nearest : Math.ceil(rate)
}

/**
 * Returns the frames per second to show. The mean of a variable frame rate is not useful: a screen recording
 * has 30 frames per second while something moves, and 1 otherwise. Each field of an interlaced video becomes
 * a frame.
 */
const rateOf = (video: VideoSource): number => {
  const { nominalRate, peakFrameRate, interlaced } = video
  const mean = meanOf(video)
  if (interlaced) return mean > MAX_INTERLACED_FRAMES ? mean : 2 * mean
  if (peakFrameRate !== null) {
    if (isNear(peakFrameRate, mean) && isStandard(mean)) return mean
    return isBelow(nominalRate, mean) && isNear(peakFrameRate, nominalRate)
      ? nominalRate
      : Math.max(peakFrameRate, mean)
  }
  if (isStandard(mean)) return mean
  if (nominalRate <= mean) return mean
  if (nominalRate <= MAX_NOMINAL) return nominalRate
  // Such a high nominal rate is not a frame rate but the time base of the file, so it is ignored.
  return Math.max(mean, USUAL_MAX)
}

/** Returns the mean rate. The mean that a demuxer reports may be its time base (DV in FFmpeg 8). */
const meanOf = ({ averageRate, nominalRate }: VideoSource): number =>
  (averageRate > MAX_MEAN ? nominalRate : averageRate || nominalRate) || 25

const isStandard = (rate: number): boolean =>
  STANDARD_RATES.some((standard) => distance(standard, rate) < 0.005 * rate)

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 0.02 * b

/**
 * Returns whether the nominal rate is below the mean. In that case the nominal rate is the true one: the mean
 * that AVI declares may be twice the true rate, if frames are reordered.
 */
const isBelow = (nominalRate: number, mean: number): boolean =>
  nominalRate > 0 && nominalRate < mean && !isNear(nominalRate, mean)

/**
 * Returns whether the frames must be counted: the mean is not a standard rate, or the nominal rate differs
 * from the mean.
 */
export const mayHaveVariableFrameRate = (video: VideoSource): boolean => {
  const [mean, { nominalRate, interlaced }] = [meanOf(video), video]
  return !interlaced && (!isStandard(mean) || (nominalRate > 0 && !isNear(nominalRate, mean)))
}

/**
 * If the mean rate of an interlaced video is greater than this (frames per second), it already counts fields.
 */
const MAX_INTERLACED_FRAMES = 31
const MAX_NOMINAL = 61
const MAX_MEAN = 1000
/** The maximum frame rate of most cameras and screen recorders, in frames per second. */
const USUAL_MAX = 30

/** Frame rate of a still image that is shown while its audio plays. */
const STILL_RATE: FrameRate = { num: MIN_RATE, den: 1 }

const isStillImage = ({ endSeconds, averageRate }: VideoSource, audio: AudioSource | null): boolean =>
  endSeconds !== null &&
  audio !== null &&
  (audio.endSeconds ?? 0) > endSeconds + 1 &&
  endSeconds * Math.max(5, averageRate) < 1.5
