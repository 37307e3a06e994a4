/**
 * NAL unit types of coded frames (ITU-T H.264, table 7-1). Units of other types come before a frame and
 * describe it.
 */
const SLICE = 1
const IDR_SLICE = 5

/** Maximum number of units that are read. Larder's encoders write far fewer before a frame. */
const MAX_UNITS = 64

/**
 * Returns whether a sample can be decoded independently, that is, whether its first slice is an IDR slice.
 * `start` and `end` are the positions of the sample that `read` uses. `lengthBytes` is the size of the length
 * field before each unit.
 */
export const startsWithIdr = async (
  read: (at: number, length: number) => Promise<Uint8Array>,
  { start, end }: { readonly start: number; readonly end: number },
  lengthBytes: number,
): Promise<boolean> => {
  let at = start
  for (let left = MAX_UNITS; left > 0 && at + lengthBytes < end; left--) {
    const head = await read(at, lengthBytes + 1)
    const type = (head[lengthBytes] ?? 0) & 31
    if (type === SLICE || type === IDR_SLICE) return type === IDR_SLICE
    at += lengthBytes + head.subarray(0, lengthBytes).reduce((length, byte) => length * 256 + byte, 0)
  }
  return false
}
