import { isAtLeastAsLarge, type Size } from '../media/size-comparison.ts'
import { ascendingBy } from '../shared/order.ts'
import type { ListedImage } from './image-playlist.ts'

/** The preferences of a page for an image (http-api.md §4.4). */
export type ImagePreferences = {
  /** Acceptable formats, best first. */
  readonly formats: ReadonlyArray<string>
  /** Fallback formats, best first, for an image without exports in `formats`. */
  readonly otherwise: ReadonlyArray<string>
  /**
   * Number of device pixels that the export should cover; 0 for a dimension that does not matter. `null`: the
   * largest export is preferred.
   */
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
    .map((candidates) => candidates.filter((e) => size !== null && isAtLeastAsLarge(e, size)))
    .find((candidates) => candidates.length > 0)
  if (covering !== undefined) return covering.sort(smallestFirst)[0] ?? null
  const best = byFormat.find((candidates) => candidates.length > 0) ?? []
  return best.sort(largestFirst)[0] ?? null
}

/**
 * Returns the smallest export that covers the preferred size, in the first format that has one. If no export
 * covers the size, returns the largest export of the first format that exists. Returns `null` if no export
 * has any of the formats.
 */
export const chooseBestExport = (
  exports: ReadonlyArray<ListedImage>,
  { formats, otherwise, size }: ImagePreferences,
): ListedImage | null => bestOf(exports, formats, size) ?? bestOf(exports, otherwise, size)
