import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import * as t from 'io-ts'
import storage, { type LocalStorage } from 'node-persist'
import { unavailable } from '../../../domain/shared/errors.ts'
import { E, O, TE } from '../../../fp.ts'
import { isDiskFull } from '../../platform/errno.ts'
import type { CacheTier } from '../tiers/cache-tier.ts'
import type { InvalidationVersions } from './invalidation-versions.ts'
import { createKeyedMutex } from './keyed-mutex.ts'
import { removeFile } from './remove-file.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/**
 * The JSON that node-persist stores in its field `value`. `scope` is the public URL for which the cached
 * value was computed. Bodies contain absolute URLs, so a value with another scope is a miss.
 */
const StoredEntry = t.strict({
  value: t.unknown,
  expiresAt: t.union([t.number, t.null]),
  scope: t.string,
  /** Invalidation version of the name at the start of the load (invalidation-versions.ts). */
  invalidationVersion: t.string,
  check: t.string,
})

/** Returns the first 22 characters of a SHA-256 (base64url) of the key's name and all fields of the entry. */
const entryChecksum = (
  name: string,
  { value, expiresAt, scope, invalidationVersion }: Omit<Entry, 'check'>,
): string =>
  createHash('sha256')
    .update(JSON.stringify([name, value, expiresAt, scope, invalidationVersion]))
    .digest('base64url')
    .slice(0, 22)

type Entry = t.TypeOf<typeof StoredEntry>

const diskUnavailable = unavailable('disk cache')

/** Number of files that one delete removes at the same time. */
const removalsAtOnce = 32

/** Opens node-persist on a folder. The folder need not exist or be writable. */
export const openNodePersist = (dir: string): LocalStorage =>
  storage.create({
    dir,
    writeQueue: false, // the queue would delay a write by up to a second
    expiredInterval: 0, // node-persist's own sweep would read every file; reads check the expiry
    forgiveParseErrors: true, // a half-written file is a miss
  })

/**
 * Stores each value in a file, as JSON. node-persist overwrites files in place, so a crash or another process
 * may leave a half-written file. A file that is half written, is damaged, belongs to another key, or was
 * written by an older release has a wrong checksum and is a miss. The next `set` replaces it.
 */
export const createNodePersistTier = (
  disk: LocalStorage,
  scope: string,
  versions: InvalidationVersions,
): CacheTier => {
  const mutex = createKeyedMutex()

  const write = async (name: string, entry: Entry): Promise<void> => {
    const path = disk.getDatumPath(name)
    const set = () => retryAfterCreatingFolder(dirname(path), () => disk.setItem(name, entry))
    // A path that cannot be overwritten can often be removed, for example a folder or a file of another user.
    await set().catch(async (error) => {
      await removeFile(path)
      if (isDiskFull(error)) throw error
      await set()
    })
  }

  const remove = (name: string): Promise<void> => mutex.run(name, () => removeFile(disk.getDatumPath(name)))

  return {
    name: 'disk',
    peek: () => undefined,
    find: (key) =>
      TE.tryCatch(async () => {
        await mutex.pending(key.name)
        const entry = StoredEntry.decode(await disk.getItem(key.name))
        if (E.isLeft(entry) || entry.right.scope !== scope) return O.none
        if (entryChecksum(key.name, entry.right) !== entry.right.check) return O.none
        const value = key.codec.decode(entry.right.value)
        if (E.isLeft(value)) return O.none
        // The version is read last. If the name was deleted before that, the lookup is a miss.
        const invalidationVersion = await versions.of(key)
        if (entry.right.invalidationVersion !== invalidationVersion) return O.none
        return O.some({ value: value.right, expiresAt: entry.right.expiresAt, invalidationVersion })
      }, diskUnavailable),
    set: (key, { value, expiresAt, invalidationVersion }) =>
      TE.tryCatch(async () => {
        if (invalidationVersion === null) {
          await remove(key.name)
          await versions.of(key)
          return
        }
        const entry = { value: key.codec.encode(value), expiresAt, scope, invalidationVersion }
        const withChecksum = { ...entry, check: entryChecksum(key.name, entry) }
        await mutex.run(key.name, () => write(key.name, withChecksum))
      }, diskUnavailable),
    invalidate: (stale) =>
      TE.tryCatch(async () => {
        // The versions are changed before the files are removed, so that a value which another process writes
        // after the removal is invalid. The files of a family stay until they are replaced or evicted.
        try {
          await versions.advance(stale)
        } finally {
          if (stale !== 'all')
            for (let i = 0; i < stale.names.length; i += removalsAtOnce)
              await Promise.all(stale.names.slice(i, i + removalsAtOnce).map(remove))
        }
      }, diskUnavailable),
    remove: (name) => TE.tryCatch(() => remove(name), diskUnavailable),
    readInvalidationVersion: (key) => versions.of(key).catch(() => null),
  }
}
