import type { SourceBytes } from '../source-bytes.ts'

// Reads the boxes of source files, which may be malformed anywhere. For Larder's own exports, see the strict
// isobmff-file.ts.

/** Header of a box (ISO/IEC 14496-12 §4.2). */
export type SourceBoxHeader = {
  readonly type: string
  /** Size of the header in bytes. */
  readonly header: number
  /**
   * Size of the box in bytes, including its header, as the file states it. It may be wrong. 0: up to the end.
   */
  readonly size: number
}

/** Reads the header at a position. Returns `null` if the file ends before it. */
export const sourceBoxHeaderAt = async (bytes: SourceBytes, at: number): Promise<SourceBoxHeader | null> => {
  const head = await bytes.at(at, 16)
  if (head.length < 8) return null
  const short = head.readUInt32BE(0)
  const isLong = short === 1 && head.length === 16
  return {
    type: head.toString('latin1', 4, 8),
    header: isLong ? 16 : 8,
    size: isLong ? Number(head.readBigUInt64BE(8)) : short,
  }
}

/**
 * A box in a source file. `body` is the start of its payload. All positions are in bytes from the start of
 * the file.
 */
export type SourceBox = {
  readonly type: string
  readonly start: number
  readonly body: number
  readonly end: number
}

/** Lists boxes before the first malformed one, at most `maxBoxes`. */
export const sourceBoxesBetween = async (
  bytes: SourceBytes,
  from: number,
  to: number,
  maxBoxes: number,
): Promise<ReadonlyArray<SourceBox>> => {
  const boxes: SourceBox[] = []
  for (let at = from; at + 8 <= to && boxes.length < maxBoxes; ) {
    const box = await sourceBoxHeaderAt(bytes, at)
    if (box === null) return boxes
    const size = box.size === 0 ? to - at : box.size
    if (size < box.header) return boxes
    const end = Math.min(to, at + size)
    boxes.push({ type: box.type, start: at, body: at + box.header, end })
    at = end
  }
  return boxes
}

/** A box in memory. */
type MemoryBox = { readonly type: string; readonly body: Buffer }

/**
 * Lists the boxes in `bytes` before the first malformed one, because QuickTime ends some lists with four
 * zeros.
 */
export const sourceBoxesIn = (bytes: Buffer): ReadonlyArray<MemoryBox> => {
  const boxes: MemoryBox[] = []
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    if (size < 8 || at + size > bytes.length) return boxes
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) })
    at += size
  }
  return boxes
}
