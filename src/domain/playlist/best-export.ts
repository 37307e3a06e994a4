import { ascendingBy } from '../shared/order.ts'
import { covers, type Size } from '../vod/size-comparison.ts'
import type { ListedImage } from './image-playlist.ts'

/** What a page asks of a picture (http-api.md §4.4). */
export type ImageWish = {
  /** Formats that will do, best first. */
  readonly formats: ReadonlyArray<string>
  /** Device pixels to cover, 0 where it does not matter; `null`: as large as there is. */
  readonly size: Size | null
}

const area = ({ width, height }: Size): number => width * height

const smallestFirst = ascendingBy<ListedImage>(
  area,
  (e) => e.size_bytes,
  (e) => e.uid,
)
const largestFirst = ascendingBy<ListedImage>(
  (e) => -area(e),
  (e) => e.size_bytes,
  (e) => e.uid,
)

/**
 * Of the best format that there is, the smallest export that covers what is wished for, else the largest. `null` when
 * none of the formats is there.
 */
export const bestExport = (
  exports: ReadonlyArray<ListedImage>,
  { formats, size }: ImageWish,
): ListedImage | null => {
  const format = formats.find((name) => exports.some((e) => e.format === name))
  const candidates = exports.filter((e) => e.format === format)
  const covering = size === null ? [] : candidates.filter((e) => covers(e, size))
  return covering.sort(smallestFirst)[0] ?? candidates.sort(largestFirst)[0] ?? null
}
