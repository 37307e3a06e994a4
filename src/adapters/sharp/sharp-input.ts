import type { FileHandle } from 'node:fs/promises'
import { lacksJpegEndMarker } from './headers/jpeg-parts.ts'
import { hasAllJpegScans } from './headers/jpeg-scans.ts'
import { readAt } from './headers/read-at.ts'

/** The input of sharp: the path of a file, or the bytes of a repaired file. */
export type SharpInput = {
  readonly input: string | Buffer
  readonly failOn: 'error' | 'warning'
}

/**
 * Maximum size in bytes of a file that is repaired. A repair copies the file into memory, and the copy counts
 * towards the memory limit of the child process.
 */
const maxRepairBytes = 128 * 1024 ** 2

/** Reads a whole file. Returns `null` if it is larger than `maxRepairBytes`. */
export const readWholeFile = async (file: FileHandle): Promise<Buffer | null> => {
  const { size } = await file.stat()
  return size > maxRepairBytes ? null : readAt(file)(0, size)
}

const endOfImage = Buffer.from([0xff, 0xd9])

/** Maximum size in bytes of the list of brands at the start of a file. Real lists have about 250 bytes. */
const maxBrandBytes = 1024

/**
 * Changes the brands of an AVIF sequence in place to those of a still image, because libheif reads only the
 * sequence otherwise. Returns `false` if the file is not a sequence.
 */
const brandAsStill = (bytes: Buffer): boolean => {
  const isSequence = bytes.toString('latin1', 4, 12) === 'ftypavis'
  if (!isSequence) return false
  const size = Math.min(bytes.readUInt32BE(0), bytes.length, maxBrandBytes)
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4)
    if (['avis', 'msf1'].includes(bytes.toString('latin1', at, at + 4))) bytes.write('avif', at, 'latin1')
  return true
}

/**
 * Returns the input for a file. Repairs a file in memory if libvips rejects it but other decoders accept it:
 * a JPEG that lacks only its end marker, and an AVIF sequence with a primary image. `path` and `file` refer
 * to the same file.
 */
export const sharpInputOf = async (path: string, file: FileHandle, head: Buffer): Promise<SharpInput> => {
  const unchanged = { input: path, failOn: 'error' } as const
  const { size } = await file.stat()
  if (size > maxRepairBytes) return unchanged
  const isJpeg = head.length > 2 && head.readUInt16BE(0) === 0xffd8
  // With an added end marker, libjpeg only warns about missing data before the marker. So decoding must fail
  // on warnings.
  if (isJpeg && (await lacksJpegEndMarker(readAt(file), size))) {
    const bytes = await readAt(file)(0, size)
    return hasAllJpegScans(bytes)
      ? { input: Buffer.concat([bytes, endOfImage]), failOn: 'warning' }
      : unchanged
  }
  if (head.toString('latin1', 4, 12) !== 'ftypavis') return unchanged
  const bytes = await readAt(file)(0, size)
  return brandAsStill(bytes) ? { input: bytes, failOn: 'error' } : unchanged
}
