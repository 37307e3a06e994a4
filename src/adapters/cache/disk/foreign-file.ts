import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { SharedBlobReader } from '../blobs/blob-shelf.ts'
import { pieceBytes } from '../blobs/pieces.ts'
import { readPiece } from './file-bytes.ts'

/** How often the growing file is looked at. */
const pollMs = 20

type Watched = {
  /** Where the bytes land, and where they will be once they are verified. */
  readonly temporary: string
  readonly final: string
  readonly size: number
  /** Whether the process that writes them lives. */
  readonly isWriterAlive: () => boolean
}

/**
 * The file that another process is filling. Renaming keeps the file itself, so one that is open is read on in
 * peace after it has got its final name, and is known by its number there.
 */
export const createForeignFile = ({ temporary, final, size, isWriterAlive }: Watched): SharedBlobReader => {
  let file: FileHandle | null = null
  let closed = false
  let reached = 0

  const look = async (): Promise<{ reached: number; state: 'growing' | 'whole' | 'lost' }> => {
    const wasAlive = isWriterAlive()
    file ??= await open(temporary, 'r').catch(() => null)
    if (closed) {
      await file?.close()
      return { reached, state: 'lost' }
    }
    if (file === null) return { reached, state: wasAlive ? 'growing' : 'lost' }
    const { size: length, nlink, ino } = await file.stat()
    if (length === size && (await numberOf(final)) === ino) return { reached: size, state: 'whole' }
    return { reached: length, state: nlink > 0 && wasAlive ? 'growing' : 'lost' }
  }

  return {
    read: (start, end) => {
      if (file === null) throw new Error('not there yet')
      return readPiece(file, start, end, pieceBytes)
    },
    progress: async () => {
      while (!closed) {
        const now = await look()
        if (now.state !== 'growing' || now.reached > reached) {
          reached = now.reached
          return now
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

const numberOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ ino }) => ino,
    () => null,
  )
