import { E, type TE } from '../../fp.ts'
import { type CachePort, staleKeys } from '../../ports/cache.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Runs the write, and then deletes the cache entries that are stale because of it, even if it is unknown
 * whether the write had an effect. A write whose result is `false` had none. If the cache is unavailable, the
 * write still counts as successful, and the entries expire after some time.
 */
export const invalidateAfter =
  <A>(
    cache: CachePort,
    keys: ReadonlyArray<{ readonly name: string }>,
    write: TE.TaskEither<Unavailable, A>,
  ): TE.TaskEither<Unavailable, A> =>
  async () => {
    const written = await write()
    const mayBeStale = E.isRight(written) ? written.right !== false : written.left.mayHaveHappened === true
    if (mayBeStale && keys.length > 0) await cache.invalidate(staleKeys(keys))()
    return written
  }
