import type { ReadAt } from './read-at.ts'

/** Reads the values of the first directory that are stored inline in their entries (TIFF 6.0 §2). */
const firstDirectory = async (readAt: ReadAt): Promise<ReadonlyMap<number, number>> => {
  const values = new Map<number, number>()
  const head = await readAt(0, 8)
  const isLittle = head.toString('latin1', 0, 2) === 'II'
  const number = (data: Buffer, at: number, size: 2 | 4): number => {
    const bytes = data.subarray(at, at + size)
    return bytes.length < size ? 0 : isLittle ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size)
  }
  // BigTIFF is not parsed: no camera writes it.
  if (number(head, 2, 2) !== 42) return values
  const at = number(head, 4, 4)
  const count = Math.min(number(await readAt(at, 2), 0, 2), 200)
  const entries = await readAt(at + 2, count * 12)
  for (let i = 0; i + 12 <= entries.length; i += 12) {
    const isShort = number(entries, i + 2, 2) === 3
    values.set(number(entries, i, 2), number(entries, i + 8, isShort ? 2 : 4))
  }
  return values
}

/** TIFF tags by their names in the specifications. */
const [newSubfileType, photometric, subIfds, dngVersion] = [254, 262, 330, 50706]

const photometricNames: ReadonlyMap<number, string> = new Map([
  [8, 'CIELab'],
  [9, 'ICCLab'],
  [10, 'ITULab'],
  [32844, 'LogL'],
  [32845, 'LogLuv'],
])

/** Sample depths that libvips reads as linear light, or inverts. */
const misread = new Set(['uint', 'int', 'float', 'double', 'complex', 'dpcomplex', 'char'])

/**
 * Returns why a TIFF is refused (libvips misreads it, or cannot read it); `null` if it is accepted.
 * `depth`: sample depth as libvips reports it; `null` if libvips could not read the header.
 */
export const unsupportedTiffReason = async (readAt: ReadAt, depth: string | null): Promise<string | null> => {
  const tags = await firstDirectory(readAt)
  const isPreview = ((tags.get(newSubfileType) ?? 0) & 1) === 1
  const kind = tags.get(photometric) ?? 2
  if (tags.has(dngVersion) || kind === 32803 || kind === 34892 || (isPreview && tags.has(subIfds)))
    return 'raw photos are not taken: develop it and save it as JPEG or TIFF'
  const name = photometricNames.get(kind)
  if (name !== undefined && depth === null) return `TIFF pictures in ${name} are not taken: save it in RGB`
  if (depth !== null && misread.has(depth))
    return 'TIFF pictures of 32 bits or floating point are not taken: save it with 8 or 16 bits a channel'
  return null
}
