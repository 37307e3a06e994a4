import { applicationData, type JpegImage } from './jpeg-parts.ts'

/** Tag of the list of entries, and size of an entry in bytes (CIPA DC-007, MP Index IFD). */
const entriesTag = 0xb002
const entrySize = 16

/**
 * Returns the positions of images that are smaller versions of the first one (CIPA DC-007, type codes
 * 0x01xxxx).
 */
export const mpfPreviewOffsets = (first: JpegImage): ReadonlySet<number> => {
  const [index] = applicationData(first, 'MPF\0')
  if (index === undefined || index.data.length < 10) return new Set()
  const { data, at: base } = index
  const isLittle = data.toString('latin1', 0, 2) === 'II'
  /** Reads a number at an offset. Returns zero past the end of the data. */
  const number = (at: number, size: 2 | 4): number => {
    if (at + size > data.length) return 0
    return isLittle ? data.readUIntLE(at, size) : data.readUIntBE(at, size)
  }
  const directory = number(4, 4)
  const positions: number[] = []
  for (let i = 0; i < number(directory, 2); i += 1) {
    const field = directory + 2 + 12 * i
    if (field + 12 > data.length) break
    if (number(field, 2) !== entriesTag) continue
    const [length, values] = [number(field + 4, 4), number(field + 8, 4)]
    for (let entry = values; entry < Math.min(values + length, data.length); entry += entrySize)
      if (((number(entry, 4) >> 16) & 0xff) === 1) positions.push(base + number(entry + 8, 4))
  }
  return new Set(positions)
}
