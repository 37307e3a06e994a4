import { type Clip, isListed, type Span } from '../access/restrictions.ts'
import { entriesOf } from '../hls/entries.ts'
import { secondsOf } from '../hls/m3u8-lines.ts'

/** A media part as it stands in a list: from its EXTINF up to and with its URI. */
type ListedPart = { readonly span: Span; readonly text: string }

/** A media playlist, read: its parts and the text between them, in order. */
export type ReadMediaPlaylist = ReadonlyArray<string | ListedPart>

const microseconds = 1_000_000

export const readMediaPlaylist = (text: string): ReadMediaPlaylist => {
  // Whole microseconds, which is what we write: a sum of a thousand of them is exact.
  let end = 0
  return entriesOf(text, 'EXTINF', (head, _, text): ListedPart => {
    const start = end
    end += Math.round(secondsOf(head) * microseconds)
    return { span: { start: start / microseconds, end: end / microseconds }, text }
  })
}

/**
 * The list of those parts alone that lie in the clip (wire.md §2.4); `null` when none does. All else stays: the init
 * segment, the target duration (which all lists of a file share), the version and the end.
 */
export const clipMediaPlaylist = (list: ReadMediaPlaylist, clip: Clip): string | null => {
  const left = list.filter((piece) => typeof piece === 'string' || isListed(clip, piece.span))
  if (left.every((piece) => typeof piece === 'string')) return null
  return left.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('')
}
