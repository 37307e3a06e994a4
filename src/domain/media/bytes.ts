/** A stream of bytes. It can be read once, in order; the reader sets the pace. */
export type ByteStream = AsyncIterable<Uint8Array>

/** A range of bytes, without the byte at `end`: `0 ≤ start ≤ end ≤ size`. */
export type ByteRange = { readonly start: number; readonly end: number }

export const fullRange = (size: number): ByteRange => ({ start: 0, end: size })
