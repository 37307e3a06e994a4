import type { FileHandle } from 'node:fs/promises'
import { lacksEndOfImage } from './headers/jpeg-parts.ts'
import { hasAllScans } from './headers/jpeg-scans.ts'
import { readAt } from './headers/read-at.ts'

/** Input of sharp: the path of a file, or the bytes of a repaired one. */
export type SharpInput = {
  readonly input: string | Buffer
  readonly failOn: 'error' | 'warning'
}

/** Bytes. Larger files are not repaired: a copy in memory counts towards the memory limit of the process. */
const maxRepairBytes = 128 * 1024 ** 2

/** Reads a whole file; `null` if it is larger than `maxRepairBytes`. */
export const readWholeFile = async (file: FileHandle): Promise<Buffer | null> => {
  const { size } = await file.stat()
  return size > maxRepairBytes ? null : readAt(file)(0, size)
}

const endOfImage = Buffer.from([0xff, 0xd9])

/** Bytes of a list of brands: about 250. */
const maxBrandBytes = 1024

/** Brands an AVIF sequence as a still image: otherwise libheif reads only the sequence. `false`: not one. */
const brandAsStill = (bytes: Buffer): boolean => {
  const isSequence = bytes.toString('latin1', 4, 12) === 'ftypavis'
  if (!isSequence) return false
  const size = Math.min(bytes.readUInt32BE(0), bytes.length, maxBrandBytes)
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4)
    if (['avis', 'msf1'].includes(bytes.toString('latin1', at, at + 4))) bytes.write('avif', at, 'latin1')
  return true
}

/**
 * Repairs files that libvips rejects and other decoders read: a JPEG that lacks only its end marker, and an
 * AVIF sequence with a primary image. `path` and `file` refer to the same file.
 */
export const sharpInputOf = async (path: string, file: FileHandle, head: Buffer): Promise<SharpInput> => {
  const unchanged = { input: path, failOn: 'error' } as const
  const { size } = await file.stat()
  if (size > maxRepairBytes) return unchanged
  const isJpeg = head.length > 2 && head.readUInt16BE(0) === 0xffd8
  // Once the end marker is there, libjpeg only warns about missing data before it.
  if (isJpeg && (await lacksEndOfImage(readAt(file), size))) {
    const bytes = await readAt(file)(0, size)
    return hasAllScans(bytes) ? { input: Buffer.concat([bytes, endOfImage]), failOn: 'warning' } : unchanged
  }
  if (head.toString('latin1', 4, 12) !== 'ftypavis') return unchanged
  const bytes = await readAt(file)(0, size)
  return brandAsStill(bytes) ? { input: bytes, failOn: 'error' } : unchanged
}
