/** Bytes on their way: read once, in order, at the pace of the reader. */
export type ByteStream = AsyncIterable<Uint8Array>

/** Bytes from `start` up to, and without, `end`; `0 ≤ start ≤ end ≤ size`. */
export type ByteRange = { readonly start: number; readonly end: number }

export const wholeOf = (size: number): ByteRange => ({ start: 0, end: size })
