import { type FileHandle, open } from 'node:fs/promises'
import { orIfNotFound } from '../../platform/errno.ts'
import { fileVersionOf } from './verified-chunks.ts'

/** The handle of one reader. Readers of the same file share the open file. */
export type SharedFileHandle = {
  readonly file: FileHandle
  readonly ino: number
  /** Fingerprint of the file's version when this reader opened the file (verified-chunks.ts). */
  readonly stamp: string | null
  readonly close: () => Promise<void>
}

/**
 * Opens each file once for all its concurrent readers. Each read passes its own position, so one handle can
 * serve hundreds of readers.
 */
export type SharedFiles = {
  /** Resolves to `null` if the file is missing or has another length. Throws if it cannot be opened. */
  readonly open: (path: string, size: number) => Promise<SharedFileHandle | null>
  /** Makes later readers open the file again. */
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
      const shared = files.get(path) ?? { file: orIfNotFound(open(path, 'r'), null), readers: 0 }
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
      // Each reader calls stat again, because the shared open file may have changed since another reader
      // opened it.
      const stat = await file?.stat().catch(() => null)
      if (file === null || !stat || stat.size !== size) {
        forgetIf(path, shared)
        await leave(file)
        return null
      }
      return { file, ino: stat.ino, stamp: fileVersionOf(stat), close: () => leave(file) }
    },
    forget: (path) => {
      files.delete(path)
    },
  }
}
