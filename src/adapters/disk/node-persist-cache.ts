import { dirname } from 'node:path'
import * as t from 'io-ts'
import storage, { type LocalStorage } from 'node-persist'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import { type CacheTier, cacheOfTier } from '../cache-tier/cache-tier.ts'
import { inFolder } from './in-folder.ts'
import { createInTurn } from './in-turn.ts'

/**
 * What stands under `value` in a file of node-persist. `scope` names what the value was made for: bodies carry
 * absolute URLs, so those made for another address are none.
 */
export const Entry = t.strict({
  value: t.unknown,
  expiresAt: t.union([t.number, t.null]),
  scope: t.string,
})

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
 * by another process; a torn one does not parse, is none, and is whole again with the next `keep`.
 */
export const createNodePersistTier = (disk: LocalStorage, scope: string): CacheTier => {
  const inTurn = createInTurn()

  const write = (name: string, entry: t.TypeOf<typeof Entry>) =>
    inFolder(dirname(disk.getDatumPath(name)), () => disk.setItem(name, entry))

  return {
    name: 'disk',
    held: () => undefined,
    find: (key) =>
      TE.tryCatch(async () => {
        await inTurn.pending(key.name)
        const entry = Entry.decode(await disk.getItem(key.name))
        if (E.isLeft(entry) || entry.right.scope !== scope) return O.none
        const value = key.codec.decode(entry.right.value)
        return E.isRight(value) ? O.some({ value: value.right, expiresAt: entry.right.expiresAt }) : O.none
      }, failed),
    keep: (key, { value, expiresAt }) =>
      TE.tryCatch(async () => {
        const entry = { value: key.codec.encode(value), expiresAt, scope }
        await inTurn.run(key.name, () => write(key.name, entry))
      }, failed),
    delete: (name) =>
      TE.tryCatch(async () => {
        await inTurn.run(name, () => disk.removeItem(name))
      }, failed),
  }
}

type Options = { readonly storage: LocalStorage; readonly clock: Clock; readonly scope: string }

export const createNodePersistCache = ({ storage, clock, scope }: Options): CachePort =>
  cacheOfTier(createNodePersistTier(storage, scope), clock)
