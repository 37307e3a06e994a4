import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { InvalidationMark, KeyName, StaleValues } from '../../../ports/cache.ts'
import { errnoOf } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { removeFile } from './remove-file.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * An invalidation mark is the version of a cached name. A delete changes the mark of a name. A loader reads
 * the mark first and stores it with the value. The value is valid while the mark is unchanged. So a value
 * that was loaded before a delete is never found after it, in whatever order processes load, delete and
 * write. All processes share the marks in one file.
 */
export type InvalidationMarks = {
  /** Returns the current mark of a key. Rejects if the mark cannot be read. */
  readonly of: (key: KeyName) => Promise<InvalidationMark>
  /**
   * Invalidates all values of these names and families that were loaded so far. The invalidation survives a
   * power loss: the disk is flushed once, however many names there are.
   */
  readonly advance: (stale: StaleValues) => Promise<void>
}

/**
 * Number of marks of names. Names with the same hash share a mark, so the file always has the same size, and
 * a delete may also invalidate other names. The marks of families follow them.
 */
const nameSlots = 2 ** 13
const familySlots = 2 ** 8
const slotBytes = 8
const fileBytes = (nameSlots + familySlots) * slotBytes

/**
 * Stores the marks as a file of random numbers. A delete writes a new random number, so the delete need not
 * read the old one. The file is opened for each read, because another process may have replaced it. All
 * numbers of a new file differ from those of the old one, so a new file invalidates every value.
 */
export const createInvalidationMarks = ({ marks: path, fills }: CacheFolders): InvalidationMarks => {
  const createFile = async (): Promise<void> => {
    const fresh = join(fills, `marks.${randomUUID()}.part`)
    try {
      const file = await retryAfterCreatingFolder(fills, () => open(fresh, 'wx', 0o600))
      try {
        await file.write(randomBytes(fileBytes), 0, fileBytes, 0)
        await file.datasync()
      } finally {
        await file.close()
      }
      await removeFile(path)
      await retryAfterCreatingFolder(dirname(path), () => rename(fresh, path))
      await syncFolder(dirname(path))
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined)
      throw error
    }
  }

  /** Opens the file of marks and calls `act`. Resolves to `null` if the file does not exist. */
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

  const read = ({ name, family }: KeyName): Promise<InvalidationMark | null> =>
    inFile('r', async (file) => {
      const mark = Buffer.alloc(2 * slotBytes)
      const [ofName, ofFamily] = await Promise.all([
        file.read(mark, 0, slotBytes, positionOfName(name)),
        file.read(mark, slotBytes, slotBytes, positionOfFamily(family)),
      ])
      if (ofName.bytesRead + ofFamily.bytesRead < mark.length) return null
      return mark.toString('base64url') as InvalidationMark
    })

  let creating: Promise<void> | null = null
  const createFileOnce = (): Promise<void> => {
    creating ??= createFile().finally(() => {
      creating = null
    })
    return creating
  }

  return {
    of: async (key) => {
      const existing = await read(key)
      if (existing !== null) return existing
      await createFileOnce()
      const created = await read(key)
      if (created === null) throw new Error('the file of delete marks cannot be created')
      return created
    },
    advance: async (stale) => {
      if (stale === 'all') return createFile()
      const positions = [...stale.names.map(positionOfName), ...stale.families.map(positionOfFamily)]
      // If there is no file, no stored value is valid, so nothing needs to be invalidated.
      await inFile('r+', async (file) => {
        for (const position of positions) await file.write(randomBytes(slotBytes), 0, slotBytes, position)
        await file.datasync()
      })
    },
  }
}

/**
 * Marks that never change. For values that a delete cannot make stale, and for folders that only one process
 * uses.
 */
export const constantInvalidationMarks: InvalidationMarks = {
  of: async () => '' as InvalidationMark,
  advance: async () => undefined,
}

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32LE()

const positionOfName = (name: string): number => (hashOf(name) % nameSlots) * slotBytes

const positionOfFamily = (family: string): number => (nameSlots + (hashOf(family) % familySlots)) * slotBytes
