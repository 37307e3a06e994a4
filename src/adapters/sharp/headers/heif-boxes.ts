/** A box of an ISO base media file: its type and its payload. */
export type HeifBox = { readonly type: string; readonly data: Buffer }

/**
 * Lists the boxes in a buffer (ISO/IEC 14496-12 §4.2). Stops at a box that is truncated or has a wrong size.
 */
export const heifBoxesIn = (data: Buffer): ReadonlyArray<HeifBox> => {
  const boxes: HeifBox[] = []
  let at = 0
  while (at + 8 <= data.length) {
    const type = data.toString('latin1', at + 4, at + 8)
    let size = data.readUInt32BE(at)
    let head = 8
    if (size === 1 && at + 16 <= data.length) {
      size = Number(data.readBigUInt64BE(at + 8))
      head = 16
    }
    const end = size === 0 ? data.length : at + size
    if (end > data.length || end < at + head) break
    boxes.push({ type, data: data.subarray(at + head, end) })
    at = end
  }
  return boxes
}

export const boxData = (boxes: ReadonlyArray<HeifBox>, type: string): Buffer | undefined =>
  boxes.find((box) => box.type === type)?.data

/**
 * Creates a reader of consecutive big-endian numbers. Past the end of the data the reader returns zeros, so
 * that a wrong count is harmless.
 */
export const createFieldCursor = (data: Buffer) => {
  let at = 0
  return {
    isAtEnd: (): boolean => at >= data.length,
    next: (bytes: number): number => {
      let value = 0
      for (let i = 0; i < bytes; i += 1) value = value * 256 + (data[at + i] ?? 0)
      at += bytes
      return value
    },
    skip: (bytes: number): void => {
      at += bytes
    },
  }
}
