/** Milliseconds. */
export type Backoff = {
  /** After the first failure. */
  readonly first: number
  /** At most, after many. */
  readonly most: number
}

/**
 * How long to wait after so many failures in a row: twice as long after each, up to a limit, of which a random half
 * is left out, so that many processes do not come back at once.
 */
export const backoffMilliseconds = (
  { first, most }: Backoff,
  failuresInARow: number,
  random: () => number,
): number => {
  const whole = Math.min(most, first * 2 ** Math.min(30, failuresInARow - 1))
  return Math.round(whole * (0.5 + random() / 2))
}
