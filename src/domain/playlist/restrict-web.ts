import * as t from 'io-ts'
import { E } from '../../fp.ts'
import { ContentPartUid } from '../media/ids.ts'

const ListedExport = t.type({ url: t.string })
const WebPlaylist = t.type({ exports: t.readonlyArray(ListedExport) })

/** Returns the uid in `…/parts/{uid}.mp4`. */
const partIn = (url: string): string => /\/([^/.]*)\.mp4$/.exec(url)?.[1] ?? ''

/** Returns the parts to which a web playlist links. */
export const partUidsInWebPlaylist = (text: string): ReadonlyArray<ContentPartUid> => {
  const playlist = WebPlaylist.decode(JSON.parse(text))
  if (E.isLeft(playlist)) return []
  return playlist.right.exports.map(({ url }) => partIn(url)).filter(ContentPartUid.is)
}

/** Returns the web playlist with only the exports whose part is permitted; `null` if none is left. */
export const restrictWebPlaylist = (
  text: string,
  permitted: ReadonlyArray<ContentPartUid>,
): string | null => {
  const playlist = WebPlaylist.decode(JSON.parse(text))
  if (E.isLeft(playlist)) return null
  const exports = playlist.right.exports.filter(({ url }) => permitted.some((uid) => uid === partIn(url)))
  return exports.length === 0 ? null : JSON.stringify({ ...playlist.right, exports })
}
