import { ascendingBy } from '../shared/order.ts'
import { apiUrl } from '../shared/public-urls.ts'
import type { ImageExport } from './image-export.ts'

/** Smallest first: a client takes the first that is large enough. */
const smallestFirst = ascendingBy<ImageExport>(
  (e) => e.sizeBytes,
  (e) => e.width,
  (e) => e.height,
  (e) => e.uid,
)

/** JSON text of the exports of an image, by format, with absolute URLs that are not signed (wire.md §4.1). */
export const toImagePlaylist = (exports: ReadonlyArray<ImageExport>, publicUrl: string): string => {
  const images = `${apiUrl(publicUrl)}/image_files/image`
  const itemOf = ({ uid, format, width, height, sizeBytes, thumbhash }: ImageExport) => ({
    url: `${images}/${uid}.${format}`,
    uid,
    format,
    width,
    height,
    size_bytes: sizeBytes,
    thumbhash,
  })
  const formats = [...new Set(exports.map(({ format }) => format))].sort()
  const itemsOf = (format: string) =>
    exports
      .filter((e) => e.format === format)
      .sort(smallestFirst)
      .map(itemOf)
  return JSON.stringify({ items: Object.fromEntries(formats.map((format) => [format, itemsOf(format)])) })
}
