import { BeyondLimits, type SourceBytes } from '../source-bytes.ts'

// Reads the boxes of source files, which may be malformed anywhere. The readers in isobmff-file.ts are for
// Larder's own exports, and throw for anything malformed.
//
// Each header is read with SourceBytes, never from contents in memory. So each box counts as a step, and a
// fragment of a million boxes neither blocks this process nor outlives an abort.

/** Header of a box (ISO/IEC 14496-12 §4.2). */
type SourceBoxHeader = {
  readonly type: string
  /** Size of the header in bytes. */
  readonly header: number
  /**
   * Size of the box in bytes, including its header, as the file states it; the file may be wrong. 0: the box
   * extends to the end of the file.
   */
  readonly size: number
}

/** Reads the box header at a position. Returns `null` if the file ends before the end of the header. */
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

/** Lists at most `maxBoxes` boxes. Stops at the first malformed one. */
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

/**
 * Maximum number of boxes in another box. A fragment of 20 minutes with a run for each frame has 72,000, more
 * than any known encoder writes.
 */
const MAX_CHILD_BOXES = 100_000

/** Lists the boxes in `parent` from `from` on. Rejects with BeyondLimits if there are too many. */
export const childBoxesIn = async (
  bytes: SourceBytes,
  { body, end }: SourceBox,
  from = body,
): Promise<ReadonlyArray<SourceBox>> => {
  const boxes = await sourceBoxesBetween(bytes, from, end, MAX_CHILD_BOXES + 1)
  if (boxes.length > MAX_CHILD_BOXES)
    throw new BeyondLimits(`the file has more than ${MAX_CHILD_BOXES} boxes in another one`)
  return boxes
}

/** Maximum size of a box that is read. The contents of a larger box count as unknown. */
export const MAX_BOX_BYTES = 8 * 2 ** 20

/**
 * Returns the contents of a box, at most `head` bytes. Returns `null` if the contents are too large or
 * truncated.
 */
export const sourceBoxContent = async (
  bytes: SourceBytes,
  { body, end }: SourceBox,
  head = Number.POSITIVE_INFINITY,
): Promise<Buffer | null> => {
  const length = Math.min(end - body, head)
  if (length < 0 || length > MAX_BOX_BYTES) return null
  const content = await bytes.at(body, length)
  return content.length < length ? null : Buffer.from(content)
}
