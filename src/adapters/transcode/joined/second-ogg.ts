import type { SourceBytes } from '../source-bytes.ts'

/** RFC 3533 §6. */
const PAGE_HEADER_BYTES = 27
const FLAGS_AT = 5
const BEGINS_STREAM = 2
/** By which codecs begin: `vorbis` and `theora` behind a byte, `OpusHead`. */
const CODEC_BYTES = 7

/**
 * Where a second Ogg file begins behind the first. A chain of one sound each, in the same codec, is one file: engines
 * read it to its end. Of any other they lose streams, or their times.
 */
export const secondOgg = async (bytes: SourceBytes): Promise<number | null> => {
  /** Of the first file: how many streams it has, and the codec of the first one. */
  let [streams, firstCodec] = [0, '']
  let at = 0
  let isBehindFirst = false
  for (;;) {
    const page = await bytes.at(at, PAGE_HEADER_BYTES + 255 + CODEC_BYTES)
    const segments = page[PAGE_HEADER_BYTES - 1] ?? 0
    const body = PAGE_HEADER_BYTES + segments
    if (page.toString('latin1', 0, 4) !== 'OggS' || page.length < body) return null
    if (((page[FLAGS_AT] ?? 0) & BEGINS_STREAM) === 0) isBehindFirst = true
    else {
      const codec = page.toString('latin1', body, body + CODEC_BYTES)
      if (isBehindFirst) {
        if (streams !== 1 || codec !== firstCodec) return at
      } else {
        if (streams === 0) firstCodec = codec
        streams++
      }
    }
    at += body + page.subarray(PAGE_HEADER_BYTES, body).reduce((sum, length) => sum + length, 0)
  }
}
