import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, O, type TE } from '../../fp.ts'
import { type CacheKey, type CachePort, refusalSeconds } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'

/** A value and its end: milliseconds since 1970, `null` for a value that cannot change. */
export type Kept<A> = { readonly value: A; readonly expiresAt: number | null }

/**
 * One of several places in which values are held. It gives back what has expired too: who asks decides what
 * that is still good for, and a value moves from tier to tier with the time that remains to it.
 */
export type CacheTier = {
  readonly find: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<Kept<A>>>
  readonly keep: <A>(key: CacheKey<A>, kept: Kept<A>) => TE.TaskEither<Unavailable, void>
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
}

export const isFresh = (kept: Kept<unknown>, now: number): boolean =>
  kept.expiresAt === null || now < kept.expiresAt

/** A value that is set now, with the whole of its life before it. */
export const keptFrom = <A>(key: CacheKey<A>, value: A, now: number): Kept<A> => {
  const seconds = key.isRefusal(value) ? refusalSeconds : key.ttlSeconds
  return { value, expiresAt: seconds === null ? null : now + seconds * 1000 }
}

/** The port on one tier. */
export const cacheOfTier = (tier: CacheTier, clock: Clock): CachePort => ({
  get: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
    return E.right(O.some(found.right.value.value))
  },
  set: (key, value) => async () => tier.keep(key, keptFrom(key, value, clock()))(),
  delete: tier.delete,
})
