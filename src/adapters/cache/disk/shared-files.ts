import { type FileHandle, open } from 'node:fs/promises'
import { isMissing } from '../../platform/errno.ts'
import { fileStampOf } from './trusted-chunks.ts'

/** A file as one of its readers has it. */
export type OpenFile = {
  readonly file: FileHandle
  readonly ino: number
  /** Its state when this reader came (trusted-chunks.ts). */
  readonly stamp: string | null
  readonly close: () => Promise<void>
}

/**
 * Open files, each opened once for all who read it at one time: reads are told where to read, so that one handle
 * serves hundreds of readers.
 */
export type SharedFiles = {
  /** The file; `null` when it is not there or has another length. Throws when that cannot be told. */
  readonly open: (path: string, size: number) => Promise<OpenFile | null>
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
      const shared = files.get(path) ?? { file: openIfThere(path), readers: 0 }
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
      // Each reader looks anew: what is open may have been written to since.
      const stat = await file?.stat().catch(() => null)
      if (file === null || !stat || stat.size !== size) {
        forgetIf(path, shared)
        await leave(file)
        return null
      }
      return { file, ino: stat.ino, stamp: fileStampOf(stat), close: () => leave(file) }
    },
    forget: (path) => {
      files.delete(path)
    },
  }
}

const openIfThere = (path: string): Promise<FileHandle | null> =>
  open(path, 'r').catch((error) => {
    if (isMissing(error)) return null
    throw error
  })
