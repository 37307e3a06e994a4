import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { InvalidationVersion } from '../../../ports/cache.ts'
import { errnoOf } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { removeFile } from './remove-file.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/**
 * The version of a cached name, which each delete of the name changes. A loader reads the version before it
 * loads, and stores it with the value. The value is valid while the version is unchanged. So a value that was
 * loaded before a delete is never found after it, in whatever order processes load, delete and write. All
 * processes share the versions in one file.
 */
export type InvalidationVersions = {
  /** Returns the current version of a name. Rejects if the version cannot be read. */
  readonly of: (name: string) => Promise<InvalidationVersion>
  /** Invalidates all values of this name that were loaded so far. The invalidation survives a power loss. */
  readonly advance: (name: string) => Promise<void>
}

/**
 * Number of versions. Names with the same hash share a version. So the file always has 64 KiB, and a delete may
 * also invalidate other names.
 */
const slots = 2 ** 13
const slotBytes = 8

/**
 * Stores the versions as a file of random numbers. A delete writes a new random number, so the delete need not
 * read the old one. The file is opened for each read, because another process may have replaced it. All
 * numbers of a new file differ from those of the old one.
 */
export const createInvalidationVersions = ({
  invalidationVersions: path,
  fills,
}: CacheFolders): InvalidationVersions => {
  const createFile = async (): Promise<void> => {
    const fresh = join(fills, `invalidation-versions.${randomUUID()}.part`)
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

  /** Opens the file of versions and calls `act`. Resolves to `null` if the file does not exist. */
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

  const read = (name: string): Promise<InvalidationVersion | null> =>
    inFile('r', async (file) => {
      const slot = Buffer.alloc(slotBytes)
      const { bytesRead } = await file.read(slot, 0, slotBytes, positionOf(name))
      return bytesRead < slotBytes ? null : (slot.toString('base64url') as InvalidationVersion)
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
      if (created === null) throw new Error('the file of invalidation versions cannot be created')
      return created
    },
    // If there is no file, no stored value is valid, so nothing needs to be invalidated.
    advance: async (name) => {
      await inFile('r+', async (file) => {
        await file.write(randomBytes(slotBytes), 0, slotBytes, positionOf(name))
        await file.datasync()
      })
    },
  }
}

/**
 * Versions that never change, for values that a delete cannot make stale, and for folders that only one
 * process uses.
 */
export const constantInvalidationVersions: InvalidationVersions = {
  of: async () => '' as InvalidationVersion,
  advance: async () => undefined,
}

const positionOf = (name: string): number =>
  (createHash('sha256').update(name).digest().readUInt32LE() % slots) * slotBytes
