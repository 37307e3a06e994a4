import { type Line, linesOf } from './m3u8-lines.ts'

/**
 * Takes a list apart into what stands between `tag` and the next URI, each an entry, and the text around them. An
 * entry that is cut off is text.
 */
export const entriesOf = <A>(
  text: string,
  tag: string,
  entryOf: (head: Line, uri: string, text: string) => A,
): ReadonlyArray<string | A> => {
  const pieces: Array<string | A> = []
  let head: Line | null = null
  let pending = ''
  for (const line of linesOf(text)) {
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
