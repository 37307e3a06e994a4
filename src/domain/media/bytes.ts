/** A byte stream: can be read once, in order; the reader sets the pace. */
export type ByteStream = AsyncIterable<Uint8Array>

/** Bytes from `start` up to, and without, `end`; `0 ≤ start ≤ end ≤ size`. */
export type ByteRange = { readonly start: number; readonly end: number }

export const fullRange = (size: number): ByteRange => ({ start: 0, end: size })
