/** Types of NAL units that hold a picture (ITU-T H.264, table 7-1): others describe it, and come before it. */
const SLICE = 1
const IDR_SLICE = 5

/** Far more than an encoder of ours puts before a picture. */
const MOST_UNITS = 64

/**
 * Whether the picture of a sample can be decoded without any other: its first slice is one of an IDR picture. The
 * sample lies at `start` to `end` of what `read` reads, each unit behind its length in so many bytes.
 */
export const startsWithIdr = async (
  read: (at: number, length: number) => Promise<Uint8Array>,
  { start, end }: { readonly start: number; readonly end: number },
  lengthBytes: number,
): Promise<boolean> => {
  let at = start
  for (let left = MOST_UNITS; left > 0 && at + lengthBytes < end; left--) {
    const head = await read(at, lengthBytes + 1)
    const type = (head[lengthBytes] ?? 0) & 31
    if (type === SLICE || type === IDR_SLICE) return type === IDR_SLICE
    at += lengthBytes + head.subarray(0, lengthBytes).reduce((length, byte) => length * 256 + byte, 0)
  }
  return false
}
