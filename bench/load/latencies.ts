/**
 * Returns percentiles of durations in milliseconds by nearest rank, so each is a measured value. Without
 * values, all are 0.
 */
export const percentilesOf = (milliseconds: ReadonlyArray<number>) => {
  const sorted = Float64Array.from(milliseconds).sort()
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) }
}
