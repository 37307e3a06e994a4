import { type Clip, isListed, type Span } from '../access/restrictions.ts'
import { entriesOf } from './entries.ts'
import { secondsOf } from './m3u8-lines.ts'

/** A media part as it stands in a list: from its EXTINF up to and with its URI, and on over all that is of it. */
type ListedPart = { readonly uri: string; readonly span: Span; readonly text: string }

/** A media playlist, read: its parts and the text between them, in order. */
export type ReadMediaPlaylist = ReadonlyArray<string | ListedPart>

const microseconds = 1_000_000

const isPart = (piece: string | ListedPart | undefined): piece is ListedPart => typeof piece === 'object'

export const readMediaPlaylist = (text: string): ReadMediaPlaylist => {
  // Whole microseconds, which is what we write: a sum of a thousand of them is exact.
  let end = 0
  const entries = entriesOf(text, 'EXTINF', (head, uri, text): ListedPart => {
    const start = end
    end += Math.round(secondsOf(head) * microseconds)
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
 * The list of those parts alone that lie in the clip (http-api.md §2.4); `null` when none does. All else stays: the init
 * segment, the target duration (which all lists of a file share), the version and the end. Key pictures of one part
 * stay together, so that an I-frame playlist begins and ends where the media playlist does.
 */
export const clipMediaPlaylist = (list: ReadMediaPlaylist, clip: Clip): string | null => {
  const left = list.filter((piece) => !isPart(piece) || isListed(clip, piece.span))
  return left.some(isPart) ? left.map((piece) => (isPart(piece) ? piece.text : piece)).join('') : null
}
