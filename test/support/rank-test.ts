/**
 * How likely a sample of `a` is to be above one of `b` (Mann and Whitney's U by the number of pairs): one half for
 * samples of one distribution, whatever its form; 0 or 1 for such as do not overlap.
 */
export const superiority = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  let above = 0
  for (const x of a) for (const y of b) above += x > y ? 1 : x === y ? 0.5 : 0
  return above / (a.length * b.length)
}
