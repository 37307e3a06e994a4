import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { InvalidationVersion, KeyName, StaleValues } from '../../../ports/cache.ts'
import { errnoOf } from '../../platform/errno.ts'
import { syncFolder } from '../../platform/sync-folder.ts'
import { withDraftFile } from '../../platform/with-draft-file.ts'
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
  /** Returns the current version of a key. Rejects if the version cannot be read. */
  readonly of: (key: KeyName) => Promise<InvalidationVersion>
  /**
   * Invalidates all values of these names and families that were loaded so far. After a power loss, the
   * invalidation may be gone, and must be repeated, unless `flush` was called in between.
   */
  readonly advance: (stale: StaleValues) => Promise<void>
  /** Writes all invalidations so far to the disk, by any process, so that they survive a power loss. */
  readonly flush: () => Promise<void>
}

/**
 * Number of versions of names. Names with the same hash share a version, so the file always has the same size, and
 * a delete may also invalidate other names. The versions of families follow them.
 */
const nameSlots = 2 ** 13
const familySlots = 2 ** 8
const slotBytes = 8
const fileBytes = (nameSlots + familySlots) * slotBytes

/**
 * Stores the versions as a file of random numbers. A delete writes a new random number, so the delete need not
 * read the old one. The file is opened for each read, because another process may have replaced it. All
 * numbers of a new file differ from those of the old one, so a new file invalidates every value.
 */
export const createInvalidationVersions = ({
  invalidationVersions: path,
  fills,
}: CacheFolders): InvalidationVersions => {
  const createFile = (): Promise<void> =>
    withDraftFile(join(fills, `invalidation-versions.${randomUUID()}.part`), async (draft) => {
      const file = await retryAfterCreatingFolder(fills, () => open(draft, 'wx', 0o600))
      try {
        await file.write(randomBytes(fileBytes), 0, fileBytes, 0)
        await file.datasync()
      } finally {
        await file.close()
      }
      await removeFile(path)
      await retryAfterCreatingFolder(dirname(path), () => rename(draft, path))
      await syncFolder(dirname(path))
    })

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

  const read = ({ name, family }: KeyName): Promise<InvalidationVersion | null> =>
    inFile('r', async (file) => {
      const version = Buffer.alloc(2 * slotBytes)
      const [ofName, ofFamily] = await Promise.all([
        file.read(version, 0, slotBytes, positionOfName(name)),
        file.read(version, slotBytes, slotBytes, positionOfFamily(family)),
      ])
      if (ofName.bytesRead + ofFamily.bytesRead < version.length) return null
      return version.toString('base64url') as InvalidationVersion
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
      if (created === null) throw new Error('the file of invalidation versions cannot be created')
      return created
    },
    advance: async (stale) => {
      if (stale === 'all') return createFile()
      const positions = [...stale.names.map(positionOfName), ...stale.families.map(positionOfFamily)]
      // If there is no file, no stored value is valid, so nothing needs to be invalidated.
      await inFile('r+', async (file) => {
        for (const position of positions) await file.write(randomBytes(slotBytes), 0, slotBytes, position)
      })
    },
    flush: async () => {
      await inFile('r+', (file) => file.datasync())
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
  flush: async () => undefined,
}

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32LE()

const positionOfName = (name: string): number => (hashOf(name) % nameSlots) * slotBytes

const positionOfFamily = (family: string): number => (nameSlots + (hashOf(family) % familySlots)) * slotBytes
