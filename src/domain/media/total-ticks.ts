/** Sums durations in ticks. Ticks are whole numbers, so the sum has no rounding error. */
export const totalTicks = (timed: ReadonlyArray<{ readonly durationTicks: number }>): number =>
  timed.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)
