import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import type { DomainError, Unavailable } from '../shared/errors.ts'
import { Found } from './found.ts'
import { createSingleFlight } from './single-flight.ts'
import { cacheInBackground } from './write-in-background.ts'

/**
 * If a new value cannot be loaded, an expired one is served for up to this long after its expiry (seconds,
 * http-api.md §9.3).
 */
const staleSeconds = 86_400

export type ReadThrough = ReturnType<typeof createReadThrough>

/** Wraps a value that was loaded after a miss of `cache`. */
export const foundAtOrigin = <A>({ missTiers }: CachePort, value: A): Found<A> =>
  new Found(value, [...missTiers, { tier: 'origin', outcome: 'hit' }], () => false)

/**
 * Reads a value from the cache, or loads and caches it. A failed read of the cache counts as a miss; a failed
 * write to the cache is ignored. Concurrent reads of one key share one lookup and one load. If the load is
 * `Unavailable`, the result is the expired value from `stale`. Without `stale`, as for access rights, the
 * read fails.
 */
export const createReadThrough = (
  cache: CachePort,
  stale: StaleCache | null = null,
  flight = createSingleFlight(),
) => {
  const readStale = async <L extends DomainError, A>(
    key: CacheKey<A>,
    failure: L,
  ): Promise<E.Either<L, Found<A>>> => {
    if (stale === null || failure._tag !== 'Unavailable') return E.left(failure)
    const expired = await stale.getStale(key, staleSeconds)()
    return E.isRight(expired) && O.isSome(expired.right) ? E.right(expired.right.value) : E.left(failure)
  }

  return <L extends DomainError, A>(
    key: CacheKey<A>,
    load: TE.TaskEither<L, A>,
  ): TE.TaskEither<L | Unavailable, Found<A>> =>
    () => {
      const generation = cache.generation(key)
      // The lookup in the cache is part of the shared task, so a later caller finds the loaded value. A
      // delete changes the generation of the name, so callers after a delete start another task.
      return flight(`${generation} ${key.name}`, async ({ isGivenUp }) => {
        const cached = await cache.get(key)()
        if (E.isRight(cached) && O.isSome(cached.right)) return E.right(cached.right.value)
        const loadStart = await cache.beginLoad(key)
        const loaded = await load()
        if (E.isLeft(loaded)) return readStale(key, loaded.left)
        if (!isGivenUp()) cacheInBackground(cache.set(key, loaded.right, loadStart))
        return E.right(foundAtOrigin(cache, loaded.right))
      })
    }
}
