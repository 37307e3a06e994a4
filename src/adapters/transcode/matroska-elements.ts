import type { SourceBytes } from './source-bytes.ts'

/** RFC 8794 §4. `body`, `end`: bytes from the start of the file; `end` is `null` if the size is not known. */
type MatroskaElement = { readonly id: number; readonly body: number; readonly end: number | null }

/**
 * Reads the element at a position. Returns `null` at the end of the file, and if there is no valid element.
 */
export const matroskaElementAt = async (bytes: SourceBytes, at: number): Promise<MatroskaElement | null> => {
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
 * bits + 1. Returns 9 if the first byte is invalid.
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
