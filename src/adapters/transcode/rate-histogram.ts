/**
 * Rates may be measurements of the same rate if their ratio is at least this, because timestamps are inexact
 * and frames may be missing.
 */
const SAME_RATE_RATIO = 0.85
const NEAR_MEDIAN = 0.02
/** Relative width of a bin (0.05 %). The number of bins does not depend on the length of the video. */
const BIN = Math.log(1.0005)

export type RateBin = { readonly rate: number; readonly weight: number }

export const createRateHistogram = () => {
  const bins = new Map<number, RateBin>()
  return {
    add: (rate: number, weight: number): void => {
      const key = Math.round(Math.log(rate) / BIN)
      const before = bins.get(key) ?? { rate, weight: 0 }
      bins.set(key, { rate: before.rate, weight: before.weight + weight })
    },
    bins: (): ReadonlyArray<RateBin> => [...bins.values()],
  }
}

export const totalWeight = (bins: ReadonlyArray<RateBin>): number =>
  bins.reduce((sum, { weight }) => sum + weight, 0)

/**
 * Returns the rate of the video, from a histogram of measured rates. Searches for the highest rate with at
 * least `minWeight`, together with similar rates. Of the rates in this range, returns the most common one; 0
 * if there is no such rate.
 */
export const mostCommonRate = (bins: ReadonlyArray<RateBin>, minWeight: number): number => {
  const band = heaviestBand(
    bins.toSorted((a, b) => b.rate - a.rate),
    minWeight,
  )
  const median = medianOf(band)
  // Because timestamps are rounded (to milliseconds in Matroska), some measurements are above the true rate
  // and some below it.
  const near = band.filter(({ rate }) => Math.abs(rate - median) <= NEAR_MEDIAN * median)
  const weight = totalWeight(near)
  return weight === 0 ? 0 : near.reduce((sum, bin) => sum + bin.rate * bin.weight, 0) / weight
}

/**
 * Returns the band (range of similar rates) with the most weight, near the highest rate that has
 * `minWeight`. `rates` are sorted in descending order.
 */
const heaviestBand = (rates: ReadonlyArray<RateBin>, minWeight: number): ReadonlyArray<RateBin> => {
  let [end, weight, highest] = [0, 0, 0]
  let best = { start: 0, end: 0, weight: 0 }
  for (const [start, top] of rates.entries()) {
    for (; (rates[end]?.rate ?? 0) >= SAME_RATE_RATIO * top.rate; end++) weight += rates[end]?.weight ?? 0
    if (highest === 0 && weight >= minWeight) highest = top.rate
    if (top.rate < SAME_RATE_RATIO * highest) break
    if (highest > 0 && weight > best.weight) best = { start, end, weight }
    weight -= top.weight
  }
  return rates.slice(best.start, best.end)
}

const medianOf = (rates: ReadonlyArray<RateBin>): number => {
  let left = totalWeight(rates) / 2
  for (const { rate, weight } of rates) {
    left -= weight
    if (left <= 0) return rate
  }
  return 0
}
