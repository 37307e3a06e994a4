/** Maximum difference between samples (of 255) that is invisible, or noise of an encoder. */
const VISIBLE_DIFFERENCE = 3

/** Interleaved samples of a picture. */
type Samples = { readonly data: Uint8Array | Uint16Array; readonly channels: number }

/**
 * Returns whether all pixels of an RGBA or RGB picture look the same, or all are transparent. `max` is the
 * greatest possible value of a sample.
 */
export const arePixelsBlank = ({ data, channels }: Samples, max: number): boolean => {
  const ranges = Array.from({ length: channels }, () => ({ least: max, most: 0 }))
  for (let i = 0; i < data.length; i += 1) {
    const [value, range] = [data[i] ?? 0, ranges[i % channels]]
    if (range === undefined) continue
    if (value < range.least) range.least = value
    if (value > range.most) range.most = value
  }
  const limit = (VISIBLE_DIFFERENCE * max) / 255
  const alpha = ranges[3]
  return (
    (alpha !== undefined && alpha.most <= limit) || ranges.every(({ least, most }) => most - least <= limit)
  )
}
