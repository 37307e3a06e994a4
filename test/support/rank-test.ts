/**
 * The probability that a sample of `a` is above one of `b` (Mann and Whitney's U divided by the number of
 * pairs): 0.5 for samples of one distribution of any shape; 0 or 1 for distributions that do not overlap.
 */
export const superiority = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  let above = 0
  for (const x of a) for (const y of b) above += x > y ? 1 : x === y ? 0.5 : 0
  return above / (a.length * b.length)
}
