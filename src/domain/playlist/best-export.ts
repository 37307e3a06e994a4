import { covers, type Size } from '../hls/size-comparison.ts'
import { ascendingBy } from '../shared/order.ts'
import type { ListedImage } from './image-playlist.ts'

/** What a page asks of a picture (http-api.md §4.4). */
export type ImagePreferences = {
  /** Formats that will do, best first. */
  readonly formats: ReadonlyArray<string>
  /** Formats for want of these, best first. */
  readonly otherwise: ReadonlyArray<string>
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

const bestOf = (
  exports: ReadonlyArray<ListedImage>,
  formats: ReadonlyArray<string>,
  size: Size | null,
): ListedImage | null => {
  const byFormat = formats.map((format) => exports.filter((e) => e.format === format))
  const covering = byFormat
    .map((candidates) => candidates.filter((e) => size !== null && covers(e, size)))
    .find((candidates) => candidates.length > 0)
  if (covering !== undefined) return covering.sort(smallestFirst)[0] ?? null
  const best = byFormat.find((candidates) => candidates.length > 0) ?? []
  return best.sort(largestFirst)[0] ?? null
}

/**
 * The smallest export that covers what is wished for, of the first format that has one; else the largest of the first
 * format that there is. `null` when none of the formats is there.
 */
export const bestExport = (
  exports: ReadonlyArray<ListedImage>,
  { formats, otherwise, size }: ImagePreferences,
): ListedImage | null => bestOf(exports, formats, size) ?? bestOf(exports, otherwise, size)
