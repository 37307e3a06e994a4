import type { SourceBytes } from '../source-bytes.ts'

/** RFC 3533 §6. */
const HEADER_BYTES = 27
const FLAGS_AT = 5
const BEGINS_STREAM = 2
export const SERIAL_AT = 14
export const CHECKSUM_AT = 22
/** Length of the name that a codec begins with: `vorbis` and `theora` after a byte, `OpusHead`. */
const CODEC_BYTES = 7

type OggPage = {
  readonly at: number
  /** Bytes, with the header. */
  readonly size: number
  readonly beginsStream: boolean
  readonly serial: number
  /** Beginning of its first packet. */
  readonly codec: string
}

/** Reads the headers of all pages, up to the end of the file or the first bytes that are no page. */
export async function* oggPages(bytes: SourceBytes): AsyncIterable<OggPage> {
  for (let at = 0; ; ) {
    const page = await bytes.at(at, HEADER_BYTES + 255 + CODEC_BYTES)
    const body = HEADER_BYTES + (page[HEADER_BYTES - 1] ?? 0)
    if (page.toString('latin1', 0, 4) !== 'OggS' || page.length < body) return
    const size = body + page.subarray(HEADER_BYTES, body).reduce((sum, length) => sum + length, 0)
    yield {
      at,
      size,
      beginsStream: ((page[FLAGS_AT] ?? 0) & BEGINS_STREAM) !== 0,
      serial: page.readUInt32LE(SERIAL_AT),
      codec: page.toString('latin1', body, body + CODEC_BYTES),
    }
    at += size
  }
}
