import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { SharedBlobReader } from '../blobs/blob-storage.ts'
import { readFileRange } from './file-bytes.ts'

/** Interval at which the growing file is checked. */
const pollMs = 20

type Options = {
  /** Path of the file during the fill. After the fill the file is at `final`. */
  readonly temporary: string
  readonly final: string
  readonly size: number
  /** Returns whether the process that writes the file is alive. */
  readonly isWriterAlive: () => boolean
}

/**
 * Reads a file that another process is filling. An open file can still be read after its rename to `final`.
 * If the file at `final` has the same inode, it is the file that was open.
 */
export const createSharedFileReader = ({
  temporary,
  final,
  size,
  isWriterAlive,
}: Options): SharedBlobReader => {
  let file: FileHandle | null = null
  let closed = false
  let reached = 0

  const check = async (): Promise<{ reached: number; state: 'growing' | 'whole' | 'lost' }> => {
    const wasAlive = isWriterAlive()
    file ??= await open(temporary, 'r').catch(() => null)
    if (closed) {
      await file?.close()
      return { reached, state: 'lost' }
    }
    if (file === null) return { reached, state: wasAlive ? 'growing' : 'lost' }
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
