import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { SharedBlobReader } from '../blobs/blob-storage.ts'
import { readFileRange } from './file-bytes.ts'

/** Interval in milliseconds at which the reader checks whether the file has grown. */
const pollMs = 20

type Options = {
  /** Path of the file while it is being filled. After that, the file is at `final`. */
  readonly temporary: string
  readonly final: string
  readonly size: number
  /** Returns whether the process that writes the file is alive. */
  readonly isWriterAlive: () => boolean
  /** Returns whether this fill still has the lock of the blob. */
  readonly isFilling: () => Promise<boolean>
}

/**
 * Reads a file that another process is filling. An open file can still be read after its rename to `final`.
 * If the file at `final` has the inode of the open file, the fill was published.
 */
export const createSharedFileReader = ({
  temporary,
  final,
  size,
  isWriterAlive,
  isFilling,
}: Options): SharedBlobReader => {
  let file: FileHandle | null = null
  let closed = false
  let reached = 0

  const check = async (): Promise<{ reached: number; state: 'growing' | 'whole' | 'lost' }> => {
    const wasAlive = isWriterAlive()
    // A short fill may end between the look at its lock and the first look at its file, which is then not there. The
    // lock is taken before the file is created, and is released after the file is moved.
    const isComing = file !== null || (await isFilling())
    file ??= await open(temporary, 'r').catch(() => null)
    if (closed) {
      await file?.close()
      return { reached, state: 'lost' }
    }
    if (file === null) return { reached, state: wasAlive && isComing ? 'growing' : 'lost' }
    const { size: length, nlink, ino } = await file.stat()
    if (length === size && (await stat(final).catch(() => null))?.ino === ino)
      return { reached: size, state: 'whole' }
    return { reached: length, state: nlink > 0 && wasAlive ? 'growing' : 'lost' }
  }

  return {
    read: (start, end) => {
      if (file === null) throw new Error('not there yet')
      return readFileRange(file, start, end)
    },
    progress: async () => {
      while (!closed) {
        const current = await check()
        if (current.state !== 'growing' || current.reached > reached) {
          reached = current.reached
          return current
        }
        await pause(pollMs)
      }
      return { reached, state: 'lost' }
    },
    close: async () => {
      closed = true
      await file?.close()
    },
  }
}
