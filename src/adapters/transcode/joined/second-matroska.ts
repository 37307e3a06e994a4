import type { SourceBytes } from '../source-bytes.ts'

/** Ids of elements (RFC 8794 §4, RFC 9559 §5). */
const IDS = { file: 0x1a45dfa3, segment: 0x18538067, cluster: 0x1f43b675, void: 0xec, crc: 0xbf }

type Element = { readonly id: number; readonly body: number; readonly end: number | null }

/**
 * Returns the position of a second Matroska or WebM file after the first one; `null` if there is none. A
 * segment or cluster of unknown size, as browsers record them, ends before an element that it cannot contain.
 */
export const findSecondMatroska = async (bytes: SourceBytes): Promise<number | null> => {
  let at = 0
  let isAfterSegment = false
  for (let element = await elementAt(bytes, at); element !== null; element = await elementAt(bytes, at)) {
    const { id, body, end } = element
    if (id === IDS.file && isAfterSegment) return at
    isAfterSegment ||= id === IDS.segment
    const isEntered = end === null && (id === IDS.segment || id === IDS.cluster)
    if (end === null && !isEntered) return null
    at = end ?? body
  }
  return null
}

/**
 * Reads the element at a position. Returns `null` at the end of the file, and if there is no valid element.
 */
const elementAt = async (bytes: SourceBytes, at: number): Promise<Element | null> => {
  const head = await bytes.at(at, 12)
  const idLength = lengthOf(head[0])
  const sizeLength = lengthOf(head[idLength])
  if (idLength > 4 || sizeLength > 8 || head.length < idLength + sizeLength) return null
  const id = head.readUIntBE(0, idLength)
  const body = at + idLength + sizeLength
  const size = sizeOf(head.subarray(idLength, idLength + sizeLength))
  return { id, body, end: size === null ? null : body + size }
}

/**
 * Returns the length in bytes of a variable-size integer, from its first byte: the number of leading zero
 * bits + 1. Returns 9 if it is invalid.
 */
const lengthOf = (first: number | undefined): number => (first === undefined ? 9 : Math.clz32(first) - 23)

/** Returns the size of an element. Returns `null` if all bits are set, which means "unknown". */
const sizeOf = (field: Buffer): number | null => {
  const largest = 0xff >> field.length
  let value = (field[0] ?? 0) & largest
  let isUnknown = value === largest
  for (let i = 1; i < field.length; i++) {
    value = value * 256 + (field[i] ?? 0)
    isUnknown &&= field[i] === 0xff
  }
  return isUnknown ? null : value
}
