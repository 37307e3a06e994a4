import type { SourceBytes } from './source-bytes.ts'

/** RFC 8794 §4. `body`, `end`: bytes from the start of the file; `end` is `null` if the size is not known. */
export type MatroskaElement = { readonly id: number; readonly body: number; readonly end: number | null }

/** `null` at the end of the file, and for what is no element. */
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

/** Of a number whose first byte has as many zeros in front as bytes follow; 9 for what is none. */
const lengthOf = (first: number | undefined): number => (first === undefined ? 9 : Math.clz32(first) - 23)

/** `null`: not known, all bits are set. */
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
