import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SharedMark } from '../../../ports/cache.ts'
import { errnoOf } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { createFolderTier } from './in-folder.ts'
import { removeFile } from './remove-file.ts'

/**
 * Marks of deletes, on the disk that processes share. A value lies there together with the mark that was seen before
 * its load, and counts for as long as the mark is the same: what was loaded before a delete is never found after it,
 * whichever process loads, deletes and writes, and in whatever order they get to it.
 */
export type DeleteMarks = {
  /** Rejects when it cannot be told. */
  readonly of: (name: string) => Promise<SharedMark>
  /** What was loaded under this name until now no longer counts, also after a loss of power. */
  readonly advance: (name: string) => Promise<void>
}

/**
 * Names share so many marks, so that the file has 64 KiB however many names are deleted. Two names that share one cost
 * a value that has to be loaded again.
 */
const slots = 2 ** 13
const slotBytes = 8

/**
 * A file of random numbers, each written anew by a delete: no process needs to know what was there before. It is opened
 * for each look, since another process may have put a new one there; in that one, every number is another.
 */
export const createDeleteMarks = ({ marks: path, fills }: CacheFolders): DeleteMarks => {
  const make = async (): Promise<void> => {
    const fresh = join(fills, `marks.${randomUUID()}.part`)
    try {
      await createFolderTier(fills, () => writeFile(fresh, randomBytes(slots * slotBytes), { mode: 0o600 }))
      await removeFile(path)
      await createFolderTier(dirname(path), () => rename(fresh, path))
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined)
      throw error
    }
  }

  /** `null`: there is no file of marks. */
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

  const read = (name: string): Promise<SharedMark | null> =>
    inFile('r', async (file) => {
      const slot = Buffer.alloc(slotBytes)
      const { bytesRead } = await file.read(slot, 0, slotBytes, positionOf(name))
      return bytesRead < slotBytes ? null : (slot.toString('base64url') as SharedMark)
    })

  let making: Promise<void> | null = null
  const makeOnce = (): Promise<void> => {
    making ??= make().finally(() => {
      making = null
    })
    return making
  }

  return {
    of: async (name) => {
      const known = await read(name)
      if (known !== null) return known
      await makeOnce()
      const made = await read(name)
      if (made === null) throw new Error('the marks of deletes cannot be kept')
      return made
    },
    // Without a file no value counts.
    advance: async (name) => {
      await inFile('r+', async (file) => {
        await file.write(randomBytes(slotBytes), 0, slotBytes, positionOf(name))
        await file.datasync()
      })
    },
  }
}

/** For values that are the same after a delete, and for folders that one process uses. */
export const noMarks: DeleteMarks = {
  of: async () => '' as SharedMark,
  advance: async () => undefined,
}

const positionOf = (name: string): number =>
  (createHash('sha256').update(name).digest().readUInt32LE() % slots) * slotBytes
