import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort, LoadStart } from '../../ports/cache.ts'
import type { Found } from '../caching/found.ts'
import { foundAtOrigin } from '../caching/read-through.ts'
import { createSingleFlight, type Flight } from '../caching/single-flight.ts'
import { cacheInBackground } from '../caching/write-in-background.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'

export type AuthorizedRead = ReturnType<typeof createAuthorizedRead>

/**
 * A record, if it was found. `loadStart` is the state at the start of its load; `null` if the record came
 * from the cache.
 */
type Loaded<A> = { readonly found: O.Option<Found<A>>; readonly loadStart: LoadStart | null }

/**
 * The result of a load that several callers may share. `isCached` is `true` if the loaded value is in the
 * cache.
 */
type SharedLoad<A> = Loaded<A> & { readonly isCached: boolean }

/**
 * Reads a cached record for a caller that may or may not own it. A record of another owner and a missing
 * record must be indistinguishable, also by response time (http-api.md §2.5, W15): both cost the same cache
 * lookups and one repository query. Therefore only owners are served from the cache, and other callers never
 * fill it.
 *
 * `isOwner` must take the same time for `none` as for a record, and no time when it is called again for the same. A hit
 * of an owner costs only one cache read, because this is the most frequent case. Concurrent owners share one query.
 */
export const createAuthorizedRead = (cache: CachePort, flight = createSingleFlight()) => {
  /**
   * Number of cache writes so far. A lookup that began before the last write may have missed the written
   * value.
   */
  let writeCount = 0

  const lookUp = async <A>(key: CacheKey<A>): Promise<O.Option<Found<A>>> => {
    const cached = await cache.get(key)()
    return E.isRight(cached) ? cached.right : O.none
  }

  const onlyValue = O.map(<A>({ value }: Found<A>) => value)

  return <A>(
    key: CacheKey<A>,
    load: TE.TaskEither<Unavailable, O.Option<A>>,
    isOwner: (found: O.Option<A>) => TE.TaskEither<Unavailable, boolean>,
  ): TE.TaskEither<Forbidden | Unavailable, Found<A>> => {
    const query = async (): Promise<E.Either<Unavailable, Loaded<A>>> => {
      const loadStart = await cache.beginLoad(key)
      const loaded = await load()
      if (E.isLeft(loaded)) return loaded
      return E.right({ found: O.map((value: A) => foundAtOrigin(cache, value))(loaded.right), loadStart })
    }

    /**
     * If an owner starts the load, the value is cached before the load resolves, so that later callers hit
     * the cache.
     */
    const loadAndCache = async (
      cached: O.Option<Found<A>>,
      { isGivenUp }: Flight,
    ): Promise<E.Either<Unavailable, SharedLoad<A>>> => {
      const loaded = O.isSome(cached) ? E.right({ found: cached, loadStart: null }) : await query()
      if (E.isLeft(loaded)) return loaded
      const { found, loadStart } = loaded.right
      const isOwned = await isOwner(onlyValue(found))()
      if (loadStart === null) return E.right({ found, loadStart, isCached: true })
      const isCached = E.isRight(isOwned) && isOwned.right && O.isSome(found)
      if (isCached && !isGivenUp()) {
        cacheInBackground(cache.set(key, found.value.value, loadStart))
        writeCount += 1
      }
      return E.right({ found, loadStart, isCached })
    }

    return async () => {
      const writesBefore = writeCount
      const generation = cache.generation(key)
      const cached = await lookUp(key)
      if (O.isSome(cached)) {
        const isHitOwned = await isOwner(onlyValue(cached))()
        if (E.isLeft(isHitOwned)) return isHitOwned
        if (isHitOwned.right) return E.right(cached.value)
      }

      const loaded = await flight(`load ${generation} ${key.name}`, async (own) =>
        loadAndCache(writeCount === writesBefore ? cached : await lookUp(key), own),
      )
      if (E.isLeft(loaded)) return loaded
      const { found, loadStart, isCached } = loaded.right
      const isOwned = await isOwner(onlyValue(found))()
      if (E.isLeft(isOwned)) return isOwned
      if (isOwned.right && O.isSome(found)) {
        if (loadStart !== null && !isCached) {
          const write = cache.set(key, found.value.value, loadStart)
          cacheInBackground(() => flight(`cache ${generation} ${key.name}`, write))
        }
        return E.right(found.value)
      }
      // The cache could answer without a query. But a caller that does not own the record still runs the
      // query, so that its response time does not reveal that the record is cached.
      const queried = isCached ? await flight(`query ${generation} ${key.name}`, query) : loaded
      return E.isLeft(queried) ? queried : E.left(forbidden('other_subject'))
    }
  }
}
