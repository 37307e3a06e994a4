/** Width and height in pixels. */
export type Size = { readonly width: number; readonly height: number }

// Rounds up to a whole number. Rounds to twelve digits first, so that a floating-point error does not raise
// 1.1 × 100 to 111.
const roundUp = (n: number): number => Math.ceil(Number(n.toPrecision(12)))

export const scaleSize = ({ width, height }: Size, ratio: number): Size => ({
  width: roundUp(width * ratio),
  height: roundUp(height * ratio),
})

export const isAtLeastAsLarge = (have: Size, want: Size): boolean =>
  have.width >= want.width && have.height >= want.height

const usefulArea = (have: Size, want: Size): number =>
  Math.min(have.width, want.width) * Math.min(have.height, want.height)

/**
 * Returns a negative number if `a` is better than `b`. A size with more useful area is better. If both have
 * the same useful area, the size with fewer pixels in total is better (http-api.md §5.4).
 */
export const compareSizes =
  (want: Size) =>
  (a: Size, b: Size): number =>
    usefulArea(b, want) - usefulArea(a, want) || a.width * a.height - b.width * b.height

const leastRatio = 0.3

/**
 * Returns pixel ratios in descending order: `pr`, its halves down to the first below `leastRatio`, and 1 if
 * `pr` is greater than 1.
 */
const ratiosFrom = (pr: number): ReadonlyArray<number> => {
  const ratios = [pr]
  for (let ratio = pr; ratio >= leastRatio; ratio /= 2) ratios.push(ratio / 2)
  const withOne = pr > 1 ? new Set([...ratios, 1]) : ratios
  return [...withOne].sort((a, b) => b - a)
}

/**
 * Returns the pixel ratio (device pixels per CSS pixel) at which `have` covers the player: the greatest of
 * `pr` and its halves. A size that does not even cover `leastRatio` gets the ratio below it.
 */
export const effectivePixelRatio = (want: Size, have: Size, pr: number): number => {
  const ratios = ratiosFrom(pr)
  const covered = ratios.find(
    (ratio) => ratio >= leastRatio && isAtLeastAsLarge(have, scaleSize(want, ratio)),
  )
  return covered ?? Math.min(...ratios)
}
