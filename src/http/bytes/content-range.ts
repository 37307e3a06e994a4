import type { ByteRange } from '../../domain/media/bytes.ts'

/** `Content-Range` of a 206; `length` is the size of the whole (RFC 9110 §14.4). Its end is inclusive. */
export const contentRange = ({ start, end }: ByteRange, length: number): string =>
  `bytes ${start}-${end - 1}/${length}`

/** Headers of a 416 (RFC 9110 §15.5.17). */
export const unsatisfiedRangeHeaders = (length: number) => ({
  'Content-Range': `bytes */${length}`,
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'no-store',
})
