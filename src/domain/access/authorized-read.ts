import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort, LoadStart } from '../../ports/cache.ts'
import type { Found } from '../caching/found.ts'
import { keepAfterwards } from '../caching/keep-afterwards.ts'
import { foundAtOrigin } from '../caching/read-through.ts'
import { createSingleFlight, type Flight } from '../caching/single-flight.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'

/** What was found, and when its load began; `null`: in the cache. */
type Asked<A> = { readonly found: O.Option<Found<A>>; readonly begun: LoadStart | null }

/** What was brought for one caller or more, and whether the cache has it by now. */
type Brought<A> = Asked<A> & { readonly isKept: boolean }

/**
 * Reads what a key names, for a caller whose it may be or not. Another's and what is not there must not differ, and
 * time tells as well as words do (http-api.md §2.5, W15): either costs the same looks into the cache and a question to
 * the repository. So a cached value counts only for whom it is, and the questions of strangers fill no cache.
 *
 * `isFor` is asked of `none`, too, and is to cost as much then. Hot path: for its owner, a hit is a read and no more.
 * Owners who come at one time share one question, also those that are late.
 */
export const createAuthorizedRead = (cache: CachePort) => {
  const flight = createSingleFlight()
  /** How often anything was kept: who looked before such a moment may have missed it. */
  let timesKept = 0

  const look = async <A>(key: CacheKey<A>): Promise<O.Option<Found<A>>> => {
    const cached = await cache.get(key)()
    return E.isRight(cached) ? cached.right : O.none
  }

  const onlyValue = O.map(<A>({ value }: Found<A>) => value)

  return <A>(
    key: CacheKey<A>,
    load: TE.TaskEither<Unavailable, O.Option<A>>,
    isFor: (found: O.Option<A>) => TE.TaskEither<Unavailable, boolean>,
  ): TE.TaskEither<Forbidden | Unavailable, Found<A>> => {
    const ask = async (): Promise<E.Either<Unavailable, Asked<A>>> => {
      const begun = await cache.beginLoad(key)
      const loaded = await load()
      if (E.isLeft(loaded)) return loaded
      return E.right({ found: O.map((value: A) => foundAtOrigin(cache, value))(loaded.right), begun })
    }

    /** His who starts it is kept before it ends: who comes after that finds it in the cache. */
    const bring = async (
      known: O.Option<Found<A>>,
      { isGivenUp }: Flight,
    ): Promise<E.Either<Unavailable, Brought<A>>> => {
      const asked = O.isSome(known) ? E.right({ found: known, begun: null }) : await ask()
      if (E.isLeft(asked)) return asked
      const { found, begun } = asked.right
      const isHis = await isFor(onlyValue(found))()
      if (begun === null) return E.right({ found, begun, isKept: true })
      const isKept = E.isRight(isHis) && isHis.right && O.isSome(found)
      if (isKept && !isGivenUp()) {
        keepAfterwards(cache.set(key, found.value.value, begun))
        timesKept += 1
      }
      return E.right({ found, begun, isKept })
    }

    return async () => {
      const before = timesKept
      const since = cache.generation(key)
      const known = await look(key)
      const isHis = await isFor(onlyValue(known))()
      if (E.isLeft(isHis)) return isHis
      if (isHis.right && O.isSome(known)) return E.right(known.value)

      const brought = await flight(`bring ${since} ${key.name}`, async (own) =>
        bring(timesKept === before ? known : await look(key), own),
      )
      if (E.isLeft(brought)) return brought
      const { found, begun, isKept } = brought.right
      const isHisNow = await isFor(onlyValue(found))()
      if (E.isLeft(isHisNow)) return isHisNow
      if (isHisNow.right && O.isSome(found)) {
        if (begun !== null && !isKept) {
          const write = cache.set(key, found.value.value, begun)
          keepAfterwards(() => flight(`keep ${since} ${key.name}`, write))
        }
        return E.right(found.value)
      }
      // The question that a stranger is spared when it is in the cache, as if it were not there.
      const asked = isKept ? await flight(`ask ${since} ${key.name}`, ask) : brought
      return E.isLeft(asked) ? asked : E.left(forbidden('other_subject'))
    }
  }
}
