/** Delays of retries, in milliseconds. */
export type Backoff = {
  /** Delay after the first failure. */
  readonly first: number
  /** Maximum delay. */
  readonly most: number
}

/**
 * Returns the delay after a number of failures in a row. It doubles with each failure up to `most`, and is
 * then scaled randomly to between 50% and 100%, so that many processes do not retry at the same time.
 */
export const backoffMilliseconds = (
  { first, most }: Backoff,
  failuresInARow: number,
  random: () => number,
): number => {
  const whole = Math.min(most, first * 2 ** Math.min(30, failuresInARow - 1))
  return Math.round(whole * (0.5 + random() / 2))
}
