import { E, type TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort, StaleValues } from '../../ports/cache.ts'
import { familiesOfName, isBlobName } from '../../ports/cache-keys.ts'
import { takenDownPrefix } from '../../ports/trash.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { OpenStreams } from '../shared/open-streams.ts'
import { type ApplyTakedowns, deleteBlobs } from './apply-takedowns.ts'

export type StaleDeps = {
  readonly cache: CachePort
  readonly blobs: Pick<BlobCache, 'deleteByName'>
  readonly openStreams: Pick<OpenStreams, 'endAllOf'>
  readonly applyTakedowns: ApplyTakedowns
}

/**
 * Most names of values that are deleted one by one. Each costs a file to remove, so a change of 100,000 rows would take
 * a minute, in which no other change is heard. With this many names, the shared versions on the disk already make 4 of
 * 10 other values invalid.
 */
const mostNames = 4096

type NamedValues = Exclude<StaleValues, 'all'>

/** Replaces very many names by their families. */
const withFewNames = (stale: NamedValues): NamedValues =>
  stale.names.length <= mostNames
    ? stale
    : { names: [], families: [...new Set([...stale.names.flatMap(familiesOfName), ...stale.families])] }

const isTakedown = (name: string): boolean => name.startsWith(takenDownPrefix)

/**
 * Deletes stale values from the cache of this process, then ends the streams of files that were taken down, and deletes
 * the blobs that are named. Blobs never change, and are only found through values, so no others are deleted. Values
 * come first: what is read afterwards is read from the database. Fails with Unavailable if any value or blob may still
 * be cached.
 */
export const applyStaleValues =
  (deps: StaleDeps, stale: StaleValues): TE.TaskEither<Unavailable, void> =>
  async () => {
    const { cache, openStreams } = deps
    if (stale === 'all') {
      const dropped = await cache.invalidate(stale)()
      // Streams end and blobs go, also where values cannot be dropped: a retry may come much later.
      const applied = await deps.applyTakedowns(E.isRight(dropped))()
      return E.isLeft(dropped) ? dropped : applied
    }
    const names = stale.names.filter((name) => !isBlobName(name) && !isTakedown(name))
    const dropped = await cache.invalidate(withFewNames({ names, families: stale.families }))()
    for (const name of stale.names)
      if (isTakedown(name)) openStreams.endAllOf(name.slice(takenDownPrefix.length))
    const deleted = await deleteBlobs(deps.blobs, stale.names.filter(isBlobName))
    return E.isLeft(dropped) ? dropped : deleted
  }
