import { E, type TE } from '../../fp.ts'
import { type CachePort, staleKeys } from '../../ports/cache.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Runs the write, and then deletes the cache entries that are stale because of it, even if it is unknown
 * whether the write had an effect. If the cache is unavailable, the write still counts as successful, and the
 * entries expire after some time.
 */
export const invalidateAfter =
  (
    cache: CachePort,
    keys: ReadonlyArray<{ readonly name: string }>,
    write: TE.TaskEither<Unavailable, boolean>,
  ): TE.TaskEither<Unavailable, boolean> =>
  async () => {
    const written = await write()
    const mayBeStale = E.isRight(written) ? written.right : written.left.mayHaveHappened === true
    if (mayBeStale) await cache.invalidate(staleKeys(keys))()
    return written
  }
