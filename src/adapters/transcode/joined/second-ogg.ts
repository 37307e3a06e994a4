import type { SourceBytes } from '../source-bytes.ts'
import { oggPages } from './ogg-pages.ts'

/**
 * Where a second Ogg file begins behind the first. A chain of one sound each, in the same codec, is one file: engines
 * read it to its end. Of any other they lose streams, or their times.
 */
export const findSecondOgg = async (bytes: SourceBytes): Promise<number | null> => {
  /** Of the first file: how many streams it has, and the codec of the first one. */
  let [streams, firstCodec] = [0, '']
  let isBehindFirst = false
  for await (const { at, beginsStream, codec } of oggPages(bytes)) {
    if (!beginsStream) isBehindFirst = true
    else if (!isBehindFirst) {
      if (streams === 0) firstCodec = codec
      streams++
    } else if (streams !== 1 || codec !== firstCodec) return at
  }
  return null
}
