import { type FileHandle, open } from 'node:fs/promises'

/** Random access to the bytes of a file. Near the end of the file, `at` returns fewer than `length` bytes. */
export type FileBytes = {
  readonly size: number
  readonly at: (position: number, length: number) => Promise<Buffer>
}

/** Headers stand near each other, or far apart: a window costs little in both cases. */
const WINDOW_BYTES = 2 ** 16

/** Opens a file for as long as `work` takes. */
export const withFileBytes = async <A>(
  path: string,
  signal: AbortSignal,
  work: (bytes: FileBytes) => Promise<A>,
): Promise<A> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    return await work({ size, at: createWindow(file, signal) })
  } finally {
    await file.close()
  }
}

const createWindow = (file: FileHandle, signal: AbortSignal): FileBytes['at'] => {
  let [start, window] = [0, Buffer.alloc(0)]
  return async (position, length) => {
    if (position < start || position + length > start + window.length) {
      signal.throwIfAborted()
      const wanted = Math.max(length, WINDOW_BYTES)
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position)
      ;[start, window] = [position, buffer.subarray(0, bytesRead)]
    }
    return window.subarray(position - start, position - start + length)
  }
}
