import { type Clip, isSegmentInClipPlaylist, type TimeSpan } from '../access/restrictions.ts'
import { extinfSeconds } from './m3u8-lines.ts'
import { splitPlaylistEntries } from './split-playlist.ts'

/**
 * A segment in a playlist. `text` contains its lines from EXTINF to the URI. Adjacent entries with the same
 * URI are joined.
 */
type ListedPart = { readonly uri: string; readonly span: TimeSpan; readonly text: string }

/** A parsed media playlist: its segments and the text between them, in order. */
type ParsedMediaPlaylist = ReadonlyArray<string | ListedPart>

const microseconds = 1_000_000

const isPart = (piece: string | ListedPart | undefined): piece is ListedPart => typeof piece === 'object'

export const parseMediaPlaylist = (text: string): ParsedMediaPlaylist => {
  // Durations in Larder's playlists have whole microseconds. The durations are summed as integers, because
  // integers add up exactly.
  let end = 0
  const entries = splitPlaylistEntries(text, 'EXTINF', (head, uri, text): ListedPart => {
    const start = end
    end += Math.round(extinfSeconds(head) * microseconds)
    return { uri, span: { start: start / microseconds, end: end / microseconds }, text }
  })

  const list: Array<string | ListedPart> = []
  for (const entry of entries.filter((piece) => piece !== '')) {
    const last = list.at(-1)
    if (isPart(entry) && isPart(last) && entry.uri === last.uri) {
      const span = { start: last.span.start, end: entry.span.end }
      list[list.length - 1] = { uri: last.uri, span, text: last.text + entry.text }
    } else list.push(entry)
  }
  return list
}

/**
 * Returns the playlist with only the segments in the clip (http-api.md §2.4); `null` if the clip contains no
 * segment. All other lines stay unchanged: the init segment, the target duration (shared by all playlists of
 * a file), the version and ENDLIST. Keyframes of one segment stay together, so that I-frame and media
 * playlist cover the same time.
 */
export const clipMediaPlaylist = (list: ParsedMediaPlaylist, clip: Clip): string | null => {
  const remaining = list.filter((piece) => !isPart(piece) || isSegmentInClipPlaylist(clip, piece.span))
  return remaining.some(isPart)
    ? remaining.map((piece) => (isPart(piece) ? piece.text : piece)).join('')
    : null
}
