import type { FileHandle } from 'node:fs/promises'
import { type NoSpace, noSpace, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import type { HashState } from '../../domain/upload/upload.ts'
import { TE } from '../../fp.ts'
import { headBytes, type IncomingWriter, incomingFilesDependency } from '../../ports/incoming-files.ts'
import { isDiskFull } from '../platform/errno.ts'
import { readSlice } from './read-slice.ts'
import { createRunningHash, type RunningHash } from './running-hash.ts'

export const failed = unavailable(incomingFilesDependency)

const failedOnDisk = (cause: unknown): NoSpace | Unavailable => (isDiskFull(cause) ? noSpace : failed(cause))

/** Returns the hash of the first bytes of a file. Reads them only if its state cannot be used. */
export const hashAt = async (path: string, offset: number, saved: HashState | null): Promise<RunningHash> => {
  const continued = saved === null ? null : await createRunningHash(saved).catch(() => null)
  if (continued !== null) return continued
  const hashes = await createRunningHash(null)
  try {
    for await (const chunk of readSlice({ path, start: 0, end: offset }))
      await hashes.update(new Uint8Array(chunk).buffer, chunk.length)
    return hashes
  } catch (error) {
    hashes.close()
    throw error
  }
}

const writeAll = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

/** The pieces of a body are gathered up to this length (bytes), because each write costs a change of threads. */
const gatheredBytes = 256 * 1024

/** Appends to `file` at `start`. Two pieces of memory take turns: one is filled while the other is hashed. */
export const createWriter = (file: FileHandle, start: number, hashes: RunningHash): IncomingWriter => {
  let gathered = new Uint8Array(gatheredBytes)
  let count = 0
  let written = start
  let hashed: Promise<ArrayBuffer | null> = Promise.resolve(null)

  /** What cannot be written is dropped, so that what is on disk can still be noted. */
  const flush = async (): Promise<void> => {
    const bytes = gathered.subarray(0, count)
    count = 0
    if (bytes.length === 0) return
    await writeAll(file, bytes, written)
    written += bytes.length
    const memory = await hashed
    hashed = hashes.update(gathered.buffer, bytes.length)
    // The next flush, or `sync`, tells of a hash that failed, and so does each later one.
    hashed.catch(() => undefined)
    gathered = new Uint8Array(memory ?? new ArrayBuffer(gatheredBytes))
  }

  return {
    size: () => written + count,
    write: (bytes) =>
      TE.tryCatch(async () => {
        for (let taken = 0; taken < bytes.length; ) {
          const part = bytes.subarray(taken, taken + gatheredBytes - count)
          gathered.set(part, count)
          count += part.length
          taken += part.length
          if (count === gatheredBytes) await flush()
        }
        // The first bytes are there at once, because the type of the file is detected from them.
        if (written < headBytes) await flush()
      }, failedOnDisk)(),
    sync: () =>
      TE.tryCatch(async () => {
        await flush()
        // Without the bytes of a hash that failed, the state would be that of less than is written.
        await hashed
        await file.datasync()
        return { offset: written, hashes: await hashes.save() }
      }, failedOnDisk)(),
    // What is written is on disk, or no one was told of it.
    close: async () => {
      hashes.close()
      await file.close().catch(() => undefined)
    },
  }
}
