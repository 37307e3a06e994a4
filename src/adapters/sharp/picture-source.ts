import type { FileHandle } from 'node:fs/promises'
import { hasAllScans } from './headers/jpeg-scans.ts'

/** What sharp reads: a file by its path, or the bytes of one that needed mending. */
export type PictureSource = {
  readonly input: string | Buffer
  readonly failOn: 'error' | 'warning'
}

/** Larger files are read as they are: a copy in memory would count against the limit of the process. */
const largestMended = 128 * 1024 ** 2

/** All of a file, unless it is larger than what is mended. */
export const wholeFile = async (file: FileHandle): Promise<Buffer | null> => {
  const { size } = await file.stat()
  return size > largestMended ? null : read(file, 0, size)
}

/** The end of a JPEG that is looked at for its last marker. */
const tailSize = 64 * 1024

const read = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

const startOfScan = Buffer.from([0xff, 0xda])
const endOfImage = Buffer.from([0xff, 0xd9])

/** No marker can stand within a scan, so an EOI behind the last start of one ends the picture. */
const lacksEndOfImage = async (file: FileHandle, size: number): Promise<boolean> => {
  const length = Math.min(size, tailSize)
  const tail = await read(file, size - length, length)
  return tail.lastIndexOf(endOfImage) <= tail.lastIndexOf(startOfScan)
}

/** Names the file a still picture; libheif would otherwise look for its film alone. `false`: it is none. */
const nameStill = (bytes: Buffer): boolean => {
  const isSequence = bytes.toString('latin1', 4, 12) === 'ftypavis'
  if (!isSequence) return false
  const size = Math.min(bytes.readUInt32BE(0), bytes.length)
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4)
    if (['avis', 'msf1'].includes(bytes.toString('latin1', at, at + 4))) bytes.write('avif', at, 'latin1')
  return true
}

/**
 * Mends what libvips refuses and others read: a JPEG that lacks its end marker alone, and an AVIF that is a film with
 * a primary picture. `path` and `file` are of the same file.
 */
export const pictureSource = async (path: string, file: FileHandle, head: Buffer): Promise<PictureSource> => {
  const asItIs = { input: path, failOn: 'error' } as const
  const { size } = await file.stat()
  if (size > largestMended) return asItIs
  const isJpeg = head.length > 2 && head.readUInt16BE(0) === 0xffd8
  // With an end, libjpeg only warns of what is missing in between.
  if (isJpeg && (await lacksEndOfImage(file, size))) {
    const bytes = await read(file, 0, size)
    return hasAllScans(bytes) ? { input: Buffer.concat([bytes, endOfImage]), failOn: 'warning' } : asItIs
  }
  if (head.toString('latin1', 4, 12) !== 'ftypavis') return asItIs
  const bytes = await read(file, 0, size)
  return nameStill(bytes) ? { input: bytes, failOn: 'error' } : asItIs
}
