import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import type { DomainError, Unavailable } from '../shared/errors.ts'
import { Found } from './found.ts'
import { keepAfterwards } from './keep-afterwards.ts'
import { createSingleFlight } from './single-flight.ts'

/** How long after its end a value may still stand in for one that cannot be loaded (http-api.md §9.3). */
const staleSeconds = 86_400

/** A value that was loaded because `cache` did not have it. */
export const foundAtOrigin = <A>({ missed }: CachePort, value: A): Found<A> =>
  new Found(value, [...missed, { tier: 'origin', outcome: 'hit' }], () => false)

/**
 * Ask the cache, else load and remember. The cache can only help: one that fails is a miss, and a failed write
 * is forgotten. Those who ask for one key at one time share one look and one load. When what loads is `Unavailable`,
 * a value that has expired is given, from `stale`; without it the failure stands, which is right for rights.
 */
export const createReadThrough = (cache: CachePort, stale: StaleCache | null = null) => {
  const flight = createSingleFlight()

  const expired = async <L extends DomainError, A>(
    key: CacheKey<A>,
    failure: L,
  ): Promise<E.Either<L, Found<A>>> => {
    if (stale === null || failure._tag !== 'Unavailable') return E.left(failure)
    const found = await stale.getStale(key, staleSeconds)()
    return E.isRight(found) && O.isSome(found.right) ? E.right(found.right.value) : E.left(failure)
  }

  return <L extends DomainError, A>(
    key: CacheKey<A>,
    load: TE.TaskEither<L, A>,
  ): TE.TaskEither<L | Unavailable, Found<A>> =>
    () => {
      const since = cache.generation(key)
      // The look is part of the flight: who comes later finds what this one has brought. Those who come after a delete
      // get a flight of their own.
      return flight(`${since} ${key.name}`, async ({ isGivenUp }) => {
        const cached = await cache.get(key)()
        if (E.isRight(cached) && O.isSome(cached.right)) return E.right(cached.right.value)
        const begun = await cache.beginLoad(key)
        const loaded = await load()
        if (E.isLeft(loaded)) return expired(key, loaded.left)
        if (!isGivenUp()) keepAfterwards(cache.set(key, loaded.right, begun))
        return E.right(foundAtOrigin(cache, loaded.right))
      })
    }
}
