import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import type { DomainError } from './errors.ts'
import { createSingleFlight } from './single-flight.ts'

/** How long after its end a value may still stand in for one that cannot be loaded (wire.md §9.3). */
const staleSeconds = 86_400

/**
 * Ask the cache, else load and remember. The cache can only help: one that fails is a miss, and a failed write
 * is forgotten. Misses of one key at one time share one load, also those that are late. When what loads is
 * `Unavailable`, a value that has expired is given, from `stale`; without it the failure stands, which is right for
 * rights.
 *
 * Hot path, so an async body and early returns; a hit costs one await.
 */
export const createReadThrough = (cache: CachePort, stale: StaleCache | null = null) => {
  const flight = createSingleFlight()

  const expired = async <L extends DomainError, A>(key: CacheKey<A>, failure: L): Promise<E.Either<L, A>> => {
    if (stale === null || failure._tag !== 'Unavailable') return E.left(failure)
    const found = await stale.getStale(key, staleSeconds)()
    return E.isRight(found) && O.isSome(found.right) ? E.right(found.right.value) : E.left(failure)
  }

  return <L extends DomainError, A>(key: CacheKey<A>, load: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
    async () => {
      const cached = await cache.get(key)()
      if (E.isRight(cached) && O.isSome(cached.right)) return E.right(cached.right.value)

      return flight(key.name, async () => {
        // Who was faster may have brought it between that look and this flight.
        const brought = await cache.get(key)()
        if (E.isRight(brought) && O.isSome(brought.right)) return E.right(brought.right.value)
        const loaded = await load()
        if (E.isLeft(loaded)) return expired(key, loaded.left)
        await cache.set(key, loaded.right)()
        return loaded
      })
    }
}
