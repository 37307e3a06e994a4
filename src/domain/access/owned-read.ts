import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort, Found } from '../../ports/cache.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import { foundAtOrigin } from '../shared/read-through.ts'
import { createSingleFlight, type Flight } from '../shared/single-flight.ts'

/** What was brought for one caller or more, and whether the cache has it by now. */
type Brought<A> = { readonly found: O.Option<Found<A>>; readonly isKept: boolean }

/**
 * Reads what a key names, for a caller whose it may be or not. Another's and what is not there must not differ, and
 * time tells as well as words do (http-api.md §2.5, W15): either costs the same looks into the cache and a question to
 * the repository. So a cached value counts only for whom it is, and the questions of strangers fill no cache.
 *
 * `isFor` is asked of `none`, too, and is to cost as much then. Hot path: for its owner, a hit is a read and no more.
 * Owners who come at one time share one question, also those that are late.
 */
export const createOwnedRead = (cache: CachePort) => {
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
    const ask = async (): Promise<E.Either<Unavailable, O.Option<Found<A>>>> => {
      const loaded = await load()
      return E.isLeft(loaded)
        ? loaded
        : E.right(O.map((value: A) => foundAtOrigin(cache, value))(loaded.right))
    }

    /** His who starts it is kept before it ends: who comes after that finds it in the cache. */
    const bring = async (
      known: O.Option<Found<A>>,
      { isGivenUp }: Flight,
    ): Promise<E.Either<Unavailable, Brought<A>>> => {
      const loaded = O.isSome(known) ? E.right(known) : await ask()
      if (E.isLeft(loaded)) return loaded
      const isHis = await isFor(onlyValue(loaded.right))()
      if (O.isSome(known)) return E.right({ found: known, isKept: true })
      const isKept = E.isRight(isHis) && isHis.right && O.isSome(loaded.right)
      if (isKept && !isGivenUp()) {
        await cache.set(key, loaded.right.value.value)()
        timesKept += 1
      }
      return E.right({ found: loaded.right, isKept })
    }

    return async () => {
      const before = timesKept
      const known = await look(key)
      const isHis = await isFor(onlyValue(known))()
      if (E.isLeft(isHis)) return isHis
      if (isHis.right && O.isSome(known)) return E.right(known.value)

      const brought = await flight(`bring ${key.name}`, async (own) =>
        bring(timesKept === before ? known : await look(key), own),
      )
      if (E.isLeft(brought)) return brought
      const { found, isKept } = brought.right
      const isHisNow = await isFor(onlyValue(found))()
      if (E.isLeft(isHisNow)) return isHisNow
      if (isHisNow.right && O.isSome(found)) {
        if (!isKept) await flight(`keep ${key.name}`, cache.set(key, found.value.value))
        return E.right(found.value)
      }
      // The question that a stranger is spared when it is in the cache, as if it were not there.
      const asked = isKept ? await flight(`ask ${key.name}`, ask) : brought
      return E.isLeft(asked) ? asked : E.left(forbidden('other_subject'))
    }
  }
}
