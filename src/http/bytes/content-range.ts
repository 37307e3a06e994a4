import type { ByteRange } from '../../domain/media/bytes.ts'

/** `Content-Range` of a 206; `length` is the size of the whole (RFC 9110 §14.4). Its end is inclusive. */
export const contentRange = ({ start, end }: ByteRange, length: number): string =>
  `bytes ${start}-${end - 1}/${length}`

/** `Content-Range` of a 416. */
export const unsatisfiedRange = (length: number): string => `bytes */${length}`
