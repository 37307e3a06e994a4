/**
 * Returns the maximum of durations or end times. Returns `null` if one of them is unknown, or if there are
 * none.
 */
export const longestOf = (seconds: ReadonlyArray<number | null>): number | null =>
  seconds.length === 0 ? null : seconds.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)))
