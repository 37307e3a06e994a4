import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { InvalidationMark } from '../../../ports/cache.ts'
import { errnoOf } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { removeFile } from './remove-file.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/**
 * Invalidation marks, in a file that all processes share. A value is stored with the mark that was read
 * before its load, and is valid while the mark stays the same. So a value that was loaded before a delete is
 * never found after the delete. The order in which processes load, delete and write does not matter.
 */
export type InvalidationMarks = {
  /** Returns the current mark of a name. Rejects if the mark cannot be read. */
  readonly of: (name: string) => Promise<InvalidationMark>
  /** Invalidates all values of this name that were loaded so far. The invalidation survives a power loss. */
  readonly advance: (name: string) => Promise<void>
}

/**
 * Number of marks. Names share marks by hash, so the file always has 64 KiB, and a delete may invalidate
 * other names, too.
 */
const slots = 2 ** 13
const slotBytes = 8

/**
 * Stores the marks as a file of random numbers. A delete writes a new random number, so it need not know the
 * old one. The file is opened for each read, because another process may have replaced it. All numbers of a
 * new file differ from those of the old one.
 */
export const createInvalidationMarks = ({ marks: path, fills }: CacheFolders): InvalidationMarks => {
  const createFile = async (): Promise<void> => {
    const fresh = join(fills, `marks.${randomUUID()}.part`)
    try {
      await retryAfterCreatingFolder(fills, () =>
        writeFile(fresh, randomBytes(slots * slotBytes), { mode: 0o600 }),
      )
      await removeFile(path)
      await retryAfterCreatingFolder(dirname(path), () => rename(fresh, path))
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined)
      throw error
    }
  }

  /** Opens the file of marks and calls `act`. Resolves to `null` if there is no such file. */
  const inFile = async <A>(flags: string, act: (file: FileHandle) => Promise<A>): Promise<A | null> => {
    try {
      const file = await open(path, flags)
      try {
        return await act(file)
      } finally {
        await file.close()
      }
    } catch (error) {
      if (['ENOENT', 'EISDIR'].includes(errnoOf(error) ?? '')) return null
      throw error
    }
  }

  const read = (name: string): Promise<InvalidationMark | null> =>
    inFile('r', async (file) => {
      const slot = Buffer.alloc(slotBytes)
      const { bytesRead } = await file.read(slot, 0, slotBytes, positionOf(name))
      return bytesRead < slotBytes ? null : (slot.toString('base64url') as InvalidationMark)
    })

  let creating: Promise<void> | null = null
  const createFileOnce = (): Promise<void> => {
    creating ??= createFile().finally(() => {
      creating = null
    })
    return creating
  }

  return {
    of: async (name) => {
      const existing = await read(name)
      if (existing !== null) return existing
      await createFileOnce()
      const created = await read(name)
      if (created === null) throw new Error('the file of delete marks cannot be created')
      return created
    },
    // Without the file no stored value is valid, so there is nothing to invalidate then.
    advance: async (name) => {
      await inFile('r+', async (file) => {
        await file.write(randomBytes(slotBytes), 0, slotBytes, positionOf(name))
        await file.datasync()
      })
    },
  }
}

/**
 * Marks that never change, for values that a delete cannot make stale, and for folders that only one process
 * uses.
 */
export const constantInvalidationMarks: InvalidationMarks = {
  of: async () => '' as InvalidationMark,
  advance: async () => undefined,
}

const positionOf = (name: string): number =>
  (createHash('sha256').update(name).digest().readUInt32LE() % slots) * slotBytes
