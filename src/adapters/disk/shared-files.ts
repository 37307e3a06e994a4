import { type FileHandle, open } from 'node:fs/promises'
import type { StoredBytes } from '../blob/blob-shelf.ts'
import { isMissing } from '../platform/errno.ts'
import { readInto, readPiece, wholePieceBytes } from './file-bytes.ts'

/**
 * Open files, each opened once for all who read it at one time: reads are told where to read, so that one handle
 * serves hundreds of readers.
 */
export type SharedFiles = {
  /** The file; `null` when it is not there or has another length. Throws when that cannot be told. */
  readonly open: (path: string, size: number) => Promise<StoredBytes | null>
  /** Those who come from now on have it opened anew. */
  readonly forget: (path: string) => void
}

type Shared = { readonly file: Promise<FileHandle | null>; readers: number }

export const createSharedFiles = (): SharedFiles => {
  const files = new Map<string, Shared>()

  const forgetIf = (path: string, shared: Shared): void => {
    if (files.get(path) === shared) files.delete(path)
  }

  return {
    open: async (path, size) => {
      const shared = files.get(path) ?? { file: openWhole(path, size), readers: 0 }
      files.set(path, shared)
      shared.readers++
      const leave = async (file: FileHandle | null) => {
        shared.readers--
        if (shared.readers > 0) return
        forgetIf(path, shared)
        await file?.close()
      }

      const file = await shared.file.catch(async (error) => {
        await leave(null)
        throw error
      })
      if (file === null) {
        await leave(file)
        return null
      }
      return {
        read: (start, end) => readPiece(file, start, end, wholePieceBytes),
        readInto: (buffer, start) => readInto(file, buffer, start),
        close: () => leave(file),
        resident: null,
      }
    },
    forget: (path) => {
      files.delete(path)
    },
  }
}

const openWhole = async (path: string, size: number): Promise<FileHandle | null> => {
  const file = await open(path, 'r').catch((error) => {
    if (isMissing(error)) return null
    throw error
  })
  if (file === null) return null
  const length = await file.stat().then(
    (stat) => stat.size,
    () => -1,
  )
  if (length === size) return file
  await file.close()
  return null
}
