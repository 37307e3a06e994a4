import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import * as t from 'io-ts'
import storage, { type LocalStorage } from 'node-persist'
import { unavailable } from '../../../domain/shared/errors.ts'
import { E, O, TE } from '../../../fp.ts'
import type { CachePort } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import { isNoRoom } from '../../platform/errno.ts'
import { type CacheTier, cacheOfTier } from '../tiers/cache-tier.ts'
import { type DeleteMarks, noMarks } from './delete-marks.ts'
import { createFolderTier } from './in-folder.ts'
import { createKeyedMutex } from './in-turn.ts'
import { removeFile } from './remove-file.ts'

/**
 * What stands under `value` in a file of node-persist. `scope` names what the value was made for: bodies carry
 * absolute URLs, so those made for another address are none.
 */
export const StoredEntry = t.strict({
  value: t.unknown,
  expiresAt: t.union([t.number, t.null]),
  scope: t.string,
  /** Of its name when its load began (delete-marks.ts). */
  mark: t.string,
  check: t.string,
})

/** Of all that an entry says, and of the key that it says it of: the start of a SHA-256. */
export const checksumOf = (name: string, { value, expiresAt, scope, mark }: Omit<Entry, 'check'>): string =>
  createHash('sha256')
    .update(JSON.stringify([name, value, expiresAt, scope, mark]))
    .digest('base64url')
    .slice(0, 22)

type Entry = t.TypeOf<typeof StoredEntry>

const failed = unavailable('disk cache')

/** node-persist on a folder, which need not be there yet, nor be writable. */
export const createStorage = (dir: string): LocalStorage =>
  storage.create({
    dir,
    writeQueue: false, // the queue's default can hold a write back for a second
    expiredInterval: 0, // the sweep reads every file; reads check expiry instead
    forgiveParseErrors: true, // a half-written file is a miss
  })

/**
 * Values in files of their own, as JSON. node-persist overwrites in place, so a file may be torn by a crash or
 * by another process; one that is torn, has lost a bit, belongs to another key or was written by an older release does
 * not check, is none, and is whole again with the next `keep`.
 */
export const createNodePersistTier = (disk: LocalStorage, scope: string, marks: DeleteMarks): CacheTier => {
  const inTurn = createKeyedMutex()

  const write = async (name: string, entry: Entry): Promise<void> => {
    const path = disk.getDatumPath(name)
    const set = () => createFolderTier(dirname(path), () => disk.setItem(name, entry))
    // What cannot be written over may be removed: a folder, or a file of another user.
    await set().catch(async (error) => {
      await removeFile(path)
      if (isNoRoom(error)) throw error
      await set()
    })
  }

  const remove = (name: string): Promise<void> => inTurn.run(name, () => removeFile(disk.getDatumPath(name)))

  return {
    name: 'disk',
    held: () => undefined,
    find: (key) =>
      TE.tryCatch(async () => {
        await inTurn.pending(key.name)
        const entry = StoredEntry.decode(await disk.getItem(key.name))
        if (E.isLeft(entry) || entry.right.scope !== scope) return O.none
        if (checksumOf(key.name, entry.right) !== entry.right.check) return O.none
        const value = key.codec.decode(entry.right.value)
        if (E.isLeft(value)) return O.none
        // Last: nothing that is deleted from now on was deleted before this look began.
        const mark = await marks.of(key.name)
        if (entry.right.mark !== mark) return O.none
        return O.some({ value: value.right, expiresAt: entry.right.expiresAt, mark })
      }, failed),
    keep: (key, { value, expiresAt, mark }) =>
      TE.tryCatch(async () => {
        if (mark === null) {
          await remove(key.name)
          await marks.of(key.name)
          return
        }
        const entry = { value: key.codec.encode(value), expiresAt, scope, mark }
        const checked = { ...entry, check: checksumOf(key.name, entry) }
        await inTurn.run(key.name, () => write(key.name, checked))
      }, failed),
    delete: (name) =>
      TE.tryCatch(async () => {
        await inTurn.run(name, async () => {
          // The mark first: what another process writes after the file has gone does not count.
          try {
            await marks.advance(name)
          } finally {
            await removeFile(disk.getDatumPath(name))
          }
        })
      }, failed),
    remove: (name) => TE.tryCatch(() => remove(name), failed),
    mark: (name) => marks.of(name).catch(() => null),
  }
}

type Options = { readonly storage: LocalStorage; readonly clock: Clock; readonly scope: string }

export const createNodePersistCache = ({ storage, clock, scope }: Options): CachePort =>
  cacheOfTier(createNodePersistTier(storage, scope, noMarks), clock)
