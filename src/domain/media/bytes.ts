/**
 * A stream of bytes. The stream can be read once, in order, and produces bytes only as fast as they are read.
 */
export type ByteStream = AsyncIterable<Uint8Array>

/** A range of bytes: `0 ≤ start ≤ end ≤ size`. The byte at `end` is not part of the range. */
export type ByteRange = { readonly start: number; readonly end: number }

export const fullRange = (size: number): ByteRange => ({ start: 0, end: size })
