import { E, type TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Runs the write, and then deletes the cache entries that it has made stale, also if its outcome is unknown.
 * If the cache is unavailable, the write stands and the entries expire by themselves.
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
    if (mayBeStale) for (const key of keys) await cache.deleteByName(key.name)()
    return written
  }
