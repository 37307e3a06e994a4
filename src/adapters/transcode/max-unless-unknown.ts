/**
 * Returns the maximum of durations or of end times. Returns `null` if one of them is unknown (`null`), or if
 * the list is empty.
 */
export const maxUnlessUnknown = (seconds: ReadonlyArray<number | null>): number | null =>
  seconds.length === 0 ? null : seconds.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)))
