import { type M3u8Line, parseM3u8Lines } from './m3u8-lines.ts'

/**
 * Splits a playlist into entries and the text between them. An entry is the text from a line with `tag` to
 * the next URI. If no URI follows, these lines are text, too.
 */
export const splitPlaylistEntries = <A>(
  text: string,
  tag: string,
  entryOf: (head: M3u8Line, uri: string, text: string) => A,
): ReadonlyArray<string | A> => {
  const pieces: Array<string | A> = []
  let head: M3u8Line | null = null
  let pending = ''
  for (const line of parseM3u8Lines(text)) {
    if (line.tag === tag) {
      pieces.push(pending)
      pending = ''
      head = line
    }
    pending += line.text
    if (head !== null && line.uri !== null) {
      pieces.push(entryOf(head, line.uri, pending))
      pending = ''
      head = null
    }
  }
  return [...pieces, pending]
}
