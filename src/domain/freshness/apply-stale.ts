import { E, type TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort, StaleValues } from '../../ports/cache.ts'
import { familiesOfName, isBlobName } from '../../ports/cache-keys.ts'
import type { Unavailable } from '../shared/errors.ts'

type Deps = { readonly cache: CachePort; readonly blobs: BlobCache }

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

/**
 * Deletes stale values from the cache of this process. Blobs never change, and are only found through values,
 * so a blob is deleted only if it is named. Fails with Unavailable if any value may still be cached.
 */
export const applyStaleValues =
  ({ cache, blobs }: Deps, stale: StaleValues): TE.TaskEither<Unavailable, void> =>
  async () => {
    if (stale !== 'all')
      for (const name of stale.names.filter(isBlobName)) {
        const deleted = await blobs.deleteByName(name)()
        if (E.isLeft(deleted)) return deleted
      }
    return cache.invalidate(
      stale === 'all'
        ? stale
        : withFewNames({ names: stale.names.filter((name) => !isBlobName(name)), families: stale.families }),
    )()
  }
