/**
 * The probability that a sample of `a` is above a sample of `b` (Mann and Whitney's U divided by the number
 * of pairs). It is 0.5 for samples of the same distribution, whatever its shape, and 0 or 1 for distributions
 * that do not overlap.
 */
export const superiority = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  let above = 0
  for (const x of a) for (const y of b) above += x > y ? 1 : x === y ? 0.5 : 0
  return above / (a.length * b.length)
}
