/** Frame intervals in the sliding window that a rate is measured over. */
const WINDOW = 8
/** Timestamps are off by milliseconds, and frames get lost: rates within this ratio may be the same rate. */
const SAME_RATE_RATIO = 0.85
const NEAR_MEDIAN = 0.02
/** A shorter rate is a burst, unless it fills half of the video. */
const MIN_SECONDS = 0.25
/** Relative width of a histogram bin (0.05 %). A histogram takes the same memory for a video of any length. */
const BIN = Math.log(1.0005)

type RateBin = { readonly rate: number; readonly seconds: number }

/** Measures the highest frame rate that lasts for a while, from timestamps in decoding order. */
export const createPeakRateMeter = () => {
  const bins = new Map<number, RateBin>()
  let times: number[] = []
  return {
    take: (time: number): void => {
      const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
      // A timestamp that goes back starts a new window.
      if (!(time > last)) times = []
      times.push(time)
      if (times.length > WINDOW + 1) times.shift()
      if (times.length <= WINDOW) return
      const [rate, seconds] = [WINDOW / (time - (times[0] ?? 0)), time - last]
      const key = Math.round(Math.log(rate) / BIN)
      const before = bins.get(key) ?? { rate, seconds: 0 }
      bins.set(key, { rate: before.rate, seconds: before.seconds + seconds })
    },
    /** Frames per second; 0 if there are too few frames. */
    rate: (): number => {
      const rates = [...bins.values()].toSorted((a, b) => b.rate - a.rate)
      const band = densestBand(rates)
      const median = medianOf(band)
      // Rounded timestamps (milliseconds in Matroska) give rates on both sides of the true one.
      const near = band.filter(({ rate }) => Math.abs(rate - median) <= NEAR_MEDIAN * median)
      const seconds = secondsOf(near)
      return seconds === 0 ? 0 : near.reduce((sum, bin) => sum + bin.rate * bin.seconds, 0) / seconds
    },
  }
}

/**
 * `rates` are sorted, highest first. Of the bands of similar rates near the highest that lasts, returns the
 * one that lasts longest.
 */
const densestBand = (rates: ReadonlyArray<RateBin>): ReadonlyArray<RateBin> => {
  const minSeconds = Math.min(MIN_SECONDS, secondsOf(rates) / 2)
  let [end, seconds, highest] = [0, 0, 0]
  let best = { start: 0, end: 0, seconds: 0 }
  for (const [start, top] of rates.entries()) {
    for (; (rates[end]?.rate ?? 0) >= SAME_RATE_RATIO * top.rate; end++) seconds += rates[end]?.seconds ?? 0
    if (highest === 0 && seconds >= minSeconds) highest = top.rate
    if (top.rate < SAME_RATE_RATIO * highest) break
    if (highest > 0 && seconds > best.seconds) best = { start, end, seconds }
    seconds -= top.seconds
  }
  return rates.slice(best.start, best.end)
}

const secondsOf = (rates: ReadonlyArray<RateBin>): number =>
  rates.reduce((sum, { seconds }) => sum + seconds, 0)

/** Median, weighted by duration. */
const medianOf = (rates: ReadonlyArray<RateBin>): number => {
  let left = secondsOf(rates) / 2
  for (const { rate, seconds } of rates) {
    left -= seconds
    if (left <= 0) return rate
  }
  return 0
}
