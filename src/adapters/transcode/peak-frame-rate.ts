import { createRateHistogram, mostCommonRate, type RateBin, weightOf } from './rate-histogram.ts'

/** Frame intervals in the sliding window that a rate is measured over. */
const WINDOW = 8
/** The same for bursts of 3 to 8 frames. */
const BURST_WINDOWS = [2, 3, 4, 5, 6, 7]
/** Seconds. A shorter rate is a burst, unless it fills half of the video. */
const MIN_SECONDS = 0.25
/** Bursts that are rarer, by frames of the video, are disturbances of its clock. */
const MIN_BURST_SHARE = 0.01
const MIN_BURSTS = 3
/** Seconds. Frames that follow each other faster are one: no export shows both. */
const MIN_INTERVAL = 1 / 125
/** By how much of its interval a frame may be early or late. */
const JITTER = 0.4
/** Rates that differ by less are the same, measured over another window. */
const FASTER = 1.05

/**
 * Measures the highest frame rate that lasts for a while or comes back, from timestamps in decoding order. Frames are a
 * burst if they are closer than jitter could bring frames of the rate that lasts.
 */
export const createPeakFrameRateMeter = () => {
  const lasting = createWindow(WINDOW, (seconds) => seconds)
  const bursts = BURST_WINDOWS.map((intervals) => ({ intervals, window: createWindow(intervals, () => 1) }))
  let frames = 0
  let last = Number.NEGATIVE_INFINITY
  return {
    take: (time: number): void => {
      lasting.take(time)
      if (time > last && time - last < MIN_INTERVAL) return
      last = time
      frames++
      for (const { window } of bursts) window.take(time)
    },
    /** Frames per second; 0 if there are too few frames. */
    rate: (): number => {
      const bins = lasting.bins()
      const rate = mostCommonRate(bins, Math.min(MIN_SECONDS, weightOf(bins) / 2))
      const faster = bursts.map(({ intervals, window }) => {
        const isBurst = (bin: RateBin) => bin.rate * (1 - (2 * JITTER) / intervals) > FASTER * rate
        return mostCommonRate(window.bins().filter(isBurst), Math.max(MIN_BURSTS, MIN_BURST_SHARE * frames))
      })
      return Math.max(rate, ...faster)
    },
  }
}

/** A histogram of the rates of all windows of `intervals` frame intervals. `weight` gets the last interval (seconds). */
const createWindow = (intervals: number, weight: (seconds: number) => number) => {
  const { add, bins } = createRateHistogram()
  let times: number[] = []
  return {
    take: (time: number): void => {
      const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
      // A timestamp that goes back starts a new window.
      if (!(time > last)) times = []
      times.push(time)
      if (times.length > intervals + 1) times.shift()
      if (times.length > intervals) add(intervals / (time - (times[0] ?? 0)), weight(time - last))
    },
    bins,
  }
}
