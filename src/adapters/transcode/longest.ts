/** Returns the largest of some durations or end times; `null` if one of them is unknown, or there are none. */
export const longestOf = (seconds: ReadonlyArray<number | null>): number | null =>
  seconds.length === 0 ? null : seconds.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)))
