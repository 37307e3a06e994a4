import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'
import { createSingleFlight } from './single-flight.ts'

/**
 * Ask the cache, else load and remember. The cache can only help: one that fails is a miss, and a failed write
 * is forgotten. Misses of one key at one time share one load.
 *
 * Hot path, so an async body and early returns; a hit costs one await.
 */
export const createReadThrough = (cache: CachePort) => {
  const flight = createSingleFlight()

  return <L, A>(key: CacheKey<A>, load: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
    async () => {
      const cached = await cache.get(key)()
      if (E.isRight(cached) && O.isSome(cached.right)) return E.right(cached.right.value)

      return flight(key.name, async () => {
        const loaded = await load()
        if (E.isRight(loaded)) await cache.set(key, loaded.right)()
        return loaded
      })
    }
}

export type ReadThrough = ReturnType<typeof createReadThrough>
