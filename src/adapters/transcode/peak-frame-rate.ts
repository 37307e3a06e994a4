import { createRateHistogram, mostCommonRate, type RateBin, totalWeight } from './rate-histogram.ts'

/** Length of the sliding window over which a lasting rate is measured, in frame intervals. */
const WINDOW = 8
/** Lengths of the sliding windows over which the rates of bursts are measured, in frame intervals. */
const BURST_WINDOWS = [2, 3, 4, 5, 6, 7]
/**
 * Minimum duration of a lasting rate in seconds. In a video of less than twice this duration, a lasting rate
 * fills at least half of the video.
 */
const MIN_SECONDS = 0.25
/**
 * Minimum number of bursts at a rate, as a share of all frames. Rarer bursts are errors of the timestamps.
 */
const MIN_BURST_SHARE = 0.01
const MIN_BURSTS = 3
/**
 * Minimum interval between two frames in seconds. Of frames with a shorter interval only the first counts,
 * because no export can show both.
 */
const MIN_INTERVAL = 1 / 125
/** Maximum error of a timestamp, as a share of the frame interval. */
const JITTER = 0.4
/**
 * Ratio of two rates above which they count as different. Measurements of one rate over different windows
 * differ by less.
 */
const FASTER = 1.05

/**
 * Measures the highest frame rate of a video: a rate that lasts for a while, or that occurs in many short
 * bursts. Timestamps are passed in decoding order. Frames are a burst if errors of their timestamps cannot
 * explain their short intervals.
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
      const rate = mostCommonRate(bins, Math.min(MIN_SECONDS, totalWeight(bins) / 2))
      const faster = bursts.map(({ intervals, window }) => {
        const isBurst = (bin: RateBin) => bin.rate * (1 - (2 * JITTER) / intervals) > FASTER * rate
        return mostCommonRate(window.bins().filter(isBurst), Math.max(MIN_BURSTS, MIN_BURST_SHARE * frames))
      })
      return Math.max(rate, ...faster)
    },
  }
}

/**
 * Creates a histogram of frame rates, each measured over a window of `intervals` frame intervals. `weight` returns the
 * weight of a window. Its argument is the last interval of the window in seconds.
 */
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
