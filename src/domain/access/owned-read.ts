import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import { createSingleFlight } from '../shared/single-flight.ts'

/**
 * Reads what a key names, for a caller whose it may be or not. Another's and what is not there must not differ, and
 * time tells as well as words do (wire.md §2.5, W15): either costs a look into the cache and a question to the
 * repository. So a cached value counts only for whom it is, and the questions of strangers fill no cache.
 *
 * `isFor` is asked of `none`, too, and is to cost as much then. Hot path: for its owner, a hit is a read and no more.
 */
export const createOwnedRead = (cache: CachePort) => {
  const flight = createSingleFlight()

  return <A>(
    key: CacheKey<A>,
    load: TE.TaskEither<Unavailable, O.Option<A>>,
    isFor: (found: O.Option<A>) => TE.TaskEither<Unavailable, boolean>,
  ): TE.TaskEither<Forbidden | Unavailable, A> =>
    async () => {
      const cached = await cache.get(key)()
      const known = E.isRight(cached) ? cached.right : O.none
      const isHis = await isFor(known)()
      if (E.isLeft(isHis)) return isHis
      if (isHis.right && O.isSome(known)) return E.right(known.value)

      const loaded = await flight(`load ${key.name}`, load)
      if (E.isLeft(loaded)) return loaded
      const isHisNow = await isFor(loaded.right)()
      if (E.isLeft(isHisNow)) return isHisNow
      if (!isHisNow.right || O.isNone(loaded.right)) return E.left(forbidden('other_subject'))

      const { value } = loaded.right
      await flight(`set ${key.name}`, cache.set(key, value))
      return E.right(value)
    }
}
