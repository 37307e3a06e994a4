import type { SourceBytes } from '../source-bytes.ts'
import { oggPages } from './ogg-pages.ts'

/**
 * Returns the position of a second Ogg file after the first one; `null` if there is none. A chain whose links
 * each have one audio stream, all of the same codec, is one file, which engines read to its end. In any other
 * chain they lose streams, or timestamps.
 */
export const findSecondOgg = async (bytes: SourceBytes): Promise<number | null> => {
  /** Number of streams in the first file, and the codec of its first stream. */
  let [streams, firstCodec] = [0, '']
  let isAfterFirst = false
  for await (const { at, beginsStream, codec } of oggPages(bytes)) {
    if (!beginsStream) isAfterFirst = true
    else if (!isAfterFirst) {
      if (streams === 0) firstCodec = codec
      streams++
    } else if (streams !== 1 || codec !== firstCodec) return at
  }
  return null
}
