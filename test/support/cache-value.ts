import type { Unavailable } from '../../src/domain/shared/errors.ts'
import type { TE } from '../../src/fp.ts'
import type { CacheKey, CachePort } from '../../src/ports/cache.ts'

/** Sets a value in the cache, as after a load that begins now. */
export const cacheValue =
  <A>(cache: CachePort, key: CacheKey<A>, value: A): TE.TaskEither<Unavailable, void> =>
  async () =>
    cache.set(key, value, await cache.beginLoad(key))()
