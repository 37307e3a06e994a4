import type { FileHandle } from 'node:fs/promises'

/** Reads up to `length` bytes from `position`. Returns fewer bytes at the end of the file. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>

export const readAt =
  (file: FileHandle): ReadAt =>
  async (position, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }
