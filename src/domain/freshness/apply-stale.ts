import { E, type TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort, StaleValues } from '../../ports/cache.ts'
import { isBlobName } from '../../ports/cache-keys.ts'
import type { Unavailable } from '../shared/errors.ts'

type Deps = { readonly cache: CachePort; readonly blobs: BlobCache }

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
        : { names: stale.names.filter((name) => !isBlobName(name)), families: stale.families },
    )()
  }
