import type { FileHandle } from 'node:fs/promises'
import { BadBytes } from './bad-bytes.ts'

/** At least one byte of an open file from `start` on, put at the start of `buffer`. Throws when the file is shorter. */
export const readInto = async (file: FileHandle, buffer: Uint8Array, start: number): Promise<number> => {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
  if (bytesRead === 0) throw new BadBytes('the file is shorter than it was')
  return bytesRead
}

/**
 * At least one byte of an open file from `start` on, and at most `pieceBytes`, which is what a reader who has
 * stopped reading holds in memory. Throws when the file is shorter.
 */
export const readPiece = async (
  file: FileHandle,
  start: number,
  end: number,
  pieceBytes: number,
): Promise<Uint8Array> => {
  const buffer = Buffer.allocUnsafeSlow(Math.min(end - start, pieceBytes))
  const bytesRead = await readInto(file, buffer, start)
  return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
}

/** For readers of a whole file who bring no memory of their own. */
export const wholePieceBytes = 128 * 1024

/** All of `chunk`, at `position`. Throws when there is no room for it. */
export const writeAll = async (file: FileHandle, chunk: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < chunk.length) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written)
    written += bytesWritten
  }
}
