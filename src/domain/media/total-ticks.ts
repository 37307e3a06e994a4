/** Sums durations as whole ticks: one division after it has no accumulated rounding error. */
export const totalTicks = (timed: ReadonlyArray<{ readonly durationTicks: number }>): number =>
  timed.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)
