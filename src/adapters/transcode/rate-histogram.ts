/** Timestamps are off by milliseconds, and frames get lost: rates within this ratio may be the same rate. */
const SAME_RATE_RATIO = 0.85
const NEAR_MEDIAN = 0.02
/** Relative width of a bin (0.05 %). A histogram takes the same memory for a video of any length. */
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

export const weightOf = (bins: ReadonlyArray<RateBin>): number =>
  bins.reduce((sum, { weight }) => sum + weight, 0)

/** Of the rates near the highest that has `minWeight`, returns the one with the most weight; 0 if there is none. */
export const mostCommonRate = (bins: ReadonlyArray<RateBin>, minWeight: number): number => {
  const band = heaviestBand(
    bins.toSorted((a, b) => b.rate - a.rate),
    minWeight,
  )
  const median = medianOf(band)
  // Rounded timestamps (milliseconds in Matroska) give rates on both sides of the true one.
  const near = band.filter(({ rate }) => Math.abs(rate - median) <= NEAR_MEDIAN * median)
  const weight = weightOf(near)
  return weight === 0 ? 0 : near.reduce((sum, bin) => sum + bin.rate * bin.weight, 0) / weight
}

/** `rates` are sorted, highest first. A band holds similar rates. */
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
  let left = weightOf(rates) / 2
  for (const { rate, weight } of rates) {
    left -= weight
    if (left <= 0) return rate
  }
  return 0
}
