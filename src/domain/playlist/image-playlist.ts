import * as t from 'io-ts'
import { E } from '../../fp.ts'
import { apiUrl } from '../access/public-urls.ts'
import { permitsExport, type Restrictions } from '../access/restrictions.ts'
import { ImageExportUid } from '../media/ids.ts'
import type { ImageExport } from '../media/image-export.ts'
import { ascendingBy } from '../shared/order.ts'
import type { ImageEntryJson, ImagePlaylistJson } from './playlist-json.ts'

/** An entry of an image playlist, with the members on which the choice of an export depends. */
const ListedImage = t.readonly(
  t.type({
    uid: ImageExportUid,
    format: t.string,
    width: t.number,
    height: t.number,
    size_bytes: t.number,
  }),
)
export type ListedImage = t.TypeOf<typeof ListedImage>

const ImagePlaylist = t.type({ items: t.record(t.string, t.readonlyArray(ListedImage)) })

/** Orders the entries by size, smallest first, because clients take the first entry that is large enough. */
const smallestFirst = ascendingBy<ImageExport>(
  (e) => e.sizeBytes,
  (e) => e.width,
  (e) => e.height,
  (e) => e.uid,
)

/** Returns the path of an export's bytes below the API (http-api.md §4.3). */
export const imagePath = ({ uid, format }: Pick<ImageExport, 'uid' | 'format'>): string =>
  `/image_files/image/${uid}.${format}`

/**
 * Returns the JSON playlist of an image: exports by format, with absolute unsigned URLs (http-api.md §4.1).
 */
export const toImagePlaylist = (exports: ReadonlyArray<ImageExport>, publicUrl: string): string => {
  const itemOf = ({ uid, format, width, height, sizeBytes, thumbhash }: ImageExport): ImageEntryJson => ({
    url: `${apiUrl(publicUrl)}${imagePath({ uid, format })}`,
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
  const playlist: ImagePlaylistJson = {
    items: Object.fromEntries(formats.map((format) => [format, itemsOf(format)])),
  }
  return JSON.stringify(playlist)
}

/** Returns the exports in an image playlist; an empty array if the text is not an image playlist. */
export const parseImagePlaylist = (text: string): ReadonlyArray<ListedImage> => {
  const playlist = ImagePlaylist.decode(JSON.parse(text))
  return E.isLeft(playlist) ? [] : Object.values(playlist.right.items).flat()
}

/**
 * Returns the image playlist with the permitted exports only (http-api.md §2.4); `null` if no export remains.
 */
export const restrictImagePlaylist = (text: string, restrictions: Restrictions): string | null => {
  const formats = new Map<string, ReadonlyArray<ListedImage>>()
  for (const image of parseImagePlaylist(text))
    if (permitsExport(restrictions, image))
      formats.set(image.format, [...(formats.get(image.format) ?? []), image])
  return formats.size === 0 ? null : JSON.stringify({ items: Object.fromEntries(formats) })
}
