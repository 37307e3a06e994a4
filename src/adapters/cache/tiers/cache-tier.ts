import { Found } from '../../../domain/caching/found.ts'
import type { Unavailable } from '../../../domain/shared/errors.ts'
import { E, O, type TE } from '../../../fp.ts'
import {
  type CacheKey,
  type CachePort,
  type LoadStart,
  negativeTtlSeconds,
  type SharedMark,
} from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Elapsed, Monotonic } from '../../../ports/monotonic.ts'
import type { CacheTierName, TierOutcome } from '../../../ports/tier-answer.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { createGenerations, type Generations } from './generations.ts'

export type CacheEntry<A> = {
  readonly value: A
  /** Milliseconds since 1970; `null` for a value that cannot change. */
  readonly expiresAt: number | null
  /** That of its name, seen before its load: what has another one by now was deleted. */
  readonly mark: SharedMark | null
  /** In a tier before another: when the other one is to be asked again. */
  readonly believedUntil?: Elapsed
}

/**
 * One of several places in which values are held. What is kept and deleted under one name takes effect in the order in
 * which the tasks were started. It gives back what has expired too: who asks decides what
 * that is still good for, and a value moves from tier to tier with the time that remains to it.
 */
export type CacheTier = {
  readonly name: CacheTierName
  readonly find: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<CacheEntry<A>>>
  /** What `find` gives as well, where that needs no waiting: the same object until the value is kept anew. */
  readonly held: <A>(key: CacheKey<A>) => CacheEntry<A> | undefined
  readonly keep: <A>(key: CacheKey<A>, kept: CacheEntry<A>) => TE.TaskEither<Unavailable, void>
  /** Also what another process is loading does not count. */
  readonly delete: (name: string) => TE.TaskEither<Unavailable, void>
  /** Removes what lies there and no more: for a value that makes way for a newer one. It costs no other name anything. */
  readonly remove: (name: string) => TE.TaskEither<Unavailable, void>
  /** See LoadStart. */
  readonly mark: (name: string) => Promise<SharedMark | null>
}

/** Of a tier that no other process shares. */
export const noSharedMarks = '' as SharedMark

export const isFresh = (kept: CacheEntry<unknown>, now: number): boolean =>
  kept.expiresAt === null || now < kept.expiresAt

/** A value that is set now, with the whole of its life before it. */
export const entryFor = <A>(key: CacheKey<A>, value: A, now: number, { mark }: LoadStart): CacheEntry<A> => {
  const seconds = key.isNegative(value) ? negativeTtlSeconds : key.ttlSeconds
  return { value, expiresAt: seconds === null ? null : now + seconds * 1000, mark }
}

/** The moment before a load whose value goes into this tier. */
export const loadStart = async (
  tier: CacheTier,
  name: string,
  generations: Generations,
  monotonic: Monotonic,
): Promise<LoadStart> => {
  const at = monotonic()
  const mark = await tier.mark(name)
  return { generation: generations.of(name), mark, at } as LoadStart
}

/** A value that was kept in a tier, found there after misses in those before it. */
export const foundInTier = <A>(
  tier: CacheTier,
  key: CacheKey<A>,
  kept: CacheEntry<A>,
  clock: Clock,
  misses: ReadonlyArray<TierOutcome> = [],
): Found<A> =>
  new Found(
    kept.value,
    [...misses, { tier: tier.name, outcome: 'hit' }],
    () => tier.held(key) === kept && isFresh(kept, clock()),
  )

export const missedByTier = (...tiers: ReadonlyArray<CacheTier>): ReadonlyArray<TierOutcome> =>
  tiers.map(({ name }) => ({ tier: name, outcome: 'miss' }))

/** The port on one tier. */
export const cacheOfTier = (
  tier: CacheTier,
  clock: Clock,
  monotonic: Monotonic = systemMonotonic,
): CachePort => {
  const generations = createGenerations()
  const deleteByName = (name: string) => () => generations.around(name, tier.delete(name))
  return {
    get: (key) => async () => {
      const found = await tier.find(key)()
      if (E.isLeft(found)) return found
      if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
      return E.right(O.some(foundInTier(tier, key, found.right.value, clock)))
    },
    missed: missedByTier(tier),
    generation: ({ name }) => generations.of(name),
    beginLoad: ({ name }) => loadStart(tier, name, generations, monotonic),
    set: (key, value, since) => async () =>
      since.generation === generations.of(key.name)
        ? tier.keep(key, entryFor(key, value, clock(), since))()
        : E.right(undefined),
    delete: ({ name }) => deleteByName(name),
    deleteByName,
  }
}
