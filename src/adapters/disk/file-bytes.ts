import type { FileHandle } from 'node:fs/promises'

/** Bytes that are read at once: what a reader who has stopped reading holds in memory. */
const pieceBytes = 64 * 1024

/** At least one byte of an open file, from `start` on. Throws when the file is shorter. */
export const readPiece = async (file: FileHandle, start: number, end: number): Promise<Uint8Array> => {
  const length = Math.min(end - start, pieceBytes)
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, start)
  if (bytesRead === 0) throw new Error('the file is shorter than it was')
  return bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
}

/** All of `chunk`, at `position`. Throws when there is no room for it. */
export const writeAll = async (file: FileHandle, chunk: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < chunk.length) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written)
    written += bytesWritten
  }
}
