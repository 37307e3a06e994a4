import type { ByteRange } from '../../domain/media/bytes.ts'

/**
 * Returns the `Content-Range` of a 206 (RFC 9110 §14.4). The last position in it is inclusive. `length`: size
 * of the whole representation.
 */
export const contentRange = ({ start, end }: ByteRange, length: number): string =>
  `bytes ${start}-${end - 1}/${length}`

/** Returns the headers of a 416 (RFC 9110 §15.5.17). */
export const unsatisfiedRangeHeaders = (length: number) => ({
  'Content-Range': `bytes */${length}`,
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'no-store',
})
