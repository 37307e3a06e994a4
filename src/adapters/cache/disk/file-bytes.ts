import type { FileHandle } from 'node:fs/promises'
import { pieceBytes } from '../blobs/pieces.ts'
import { CorruptBytesError } from './corrupt-bytes.ts'

/**
 * Reads at least one byte, from `start` on, into `buffer`. Throws CorruptBytesError if the file is too short.
 */
export const readFileInto = async (file: FileHandle, buffer: Uint8Array, start: number): Promise<number> => {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
  if (bytesRead === 0) throw new CorruptBytesError('the file is shorter than it was')
  return bytesRead
}

/**
 * Reads at least one byte and at most `pieceBytes`, from `start` on. Throws CorruptBytesError as
 * `readFileInto` does.
 */
export const readFileRange = async (file: FileHandle, start: number, end: number): Promise<Uint8Array> => {
  const buffer = Buffer.allocUnsafeSlow(Math.min(end - start, pieceBytes))
  const bytesRead = await readFileInto(file, buffer, start)
  return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
}

/** Writes all of `chunk` at `position`. Throws if the disk is full. */
export const writeAll = async (file: FileHandle, chunk: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < chunk.length) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written)
    written += bytesWritten
  }
}
