import type { FileBytes } from './file-bytes.ts'
import { oggPages } from './ogg-pages.ts'

/**
 * Where a second Ogg file begins behind the first. A chain of one sound each, in the same codec, is one file: engines
 * read it to its end. Of any other they lose streams, or their times.
 */
export const secondOgg = async (bytes: FileBytes): Promise<number | null> => {
  const codecs: string[] = []
  let isBehindFirst = false
  for await (const { at, beginsStream, codec } of oggPages(bytes)) {
    if (!beginsStream) isBehindFirst = true
    else if (!isBehindFirst) codecs.push(codec)
    else if (codecs.length !== 1 || !codecs.includes(codec)) return at
  }
  return null
}
