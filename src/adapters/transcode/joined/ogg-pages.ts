import type { SourceBytes } from '../source-bytes.ts'

/** Layout of a page header (RFC 3533 §6). */
const HEADER_BYTES = 27
const FLAGS_AT = 5
const BEGINS_STREAM = 2
export const SERIAL_AT = 14
export const CHECKSUM_AT = 22
/** Number of bytes that identify a codec: `OpusHead`, or `vorbis` and `theora` after one other byte. */
const CODEC_BYTES = 7

type OggPage = {
  readonly at: number
  /** Size of the page in bytes, including its header. */
  readonly size: number
  readonly beginsStream: boolean
  readonly serial: number
  /** The first bytes of the first packet, which identify the codec. */
  readonly codec: string
}

/** Reads the headers of all pages, up to the end of the file or the first bytes that are not a page. */
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
