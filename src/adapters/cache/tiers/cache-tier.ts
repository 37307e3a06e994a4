import { Found } from '../../../domain/caching/found.ts'
import type { Unavailable } from '../../../domain/shared/errors.ts'
import { E, O, type TE } from '../../../fp.ts'
import {
  type CacheKey,
  type CachePort,
  type InvalidationVersion,
  type KeyName,
  type LoadStart,
  negativeTtlSeconds,
  type StaleValues,
  staleKeys,
} from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Monotonic, MonotonicMs } from '../../../ports/monotonic.ts'
import type { CacheTierName, TierOutcome } from '../../../ports/tier-outcome.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { createGenerations, type Generations } from './generations.ts'

export type CacheEntry<A> = {
  readonly value: A
  /** Expiry time in milliseconds since 1970; `null` for a value that cannot change. */
  readonly expiresAt: number | null
  /**
   * Invalidation version of the name, read before the load. If the version has changed since, the value is
   * invalid.
   */
  readonly invalidationVersion: InvalidationVersion | null
  /** Time after which a copy in a faster tier must be read again from the slower tier. */
  readonly recheckAt?: MonotonicMs
}

/**
 * One of several places that store values, for example memory or the disk. Writes and deletes of one name
 * take effect in the order in which the tasks were started. `find` also returns expired values, and the
 * caller decides whether to use them. A value that is copied to another tier keeps its expiry time.
 */
export type CacheTier = {
  readonly name: CacheTierName
  readonly find: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<CacheEntry<A>>>
  /**
   * Returns the entry that `find` would return, if that entry is in memory. The result is the same object
   * until the name is written again.
   */
  readonly peek: <A>(key: CacheKey<A>) => CacheEntry<A> | undefined
  readonly set: <A>(key: CacheKey<A>, entry: CacheEntry<A>) => TE.TaskEither<Unavailable, void>
  /** Deletes values. Loads of these values that are running in any process become invalid. */
  readonly invalidate: (stale: StaleValues) => TE.TaskEither<Unavailable, void>
  /** Removes a stored value that a newer value replaces. Does not change the invalidation version. */
  readonly remove: (name: string) => TE.TaskEither<Unavailable, void>
  /** Reads the invalidation version of a key before a load (see LoadStart). */
  readonly readInvalidationVersion: (key: KeyName) => Promise<InvalidationVersion | null>
}

/**
 * The invalidation version of every name in a tier that no other process shares. It never changes, because no
 * other process can delete.
 */
export const constantInvalidationVersion = '' as InvalidationVersion

export const isFresh = ({ expiresAt }: CacheEntry<unknown>, now: number): boolean =>
  expiresAt === null || now < expiresAt

/** Returns the entry for a value that is set at `now`. The lifetime of the entry starts at `now`. */
export const createCacheEntry = <A>(
  key: CacheKey<A>,
  value: A,
  now: number,
  { invalidationVersion }: LoadStart,
): CacheEntry<A> => {
  const seconds = key.isNegative(value) ? negativeTtlSeconds : key.ttlSeconds
  return { value, expiresAt: seconds === null ? null : now + seconds * 1000, invalidationVersion }
}

/** Returns the state at the start of a load whose value will be stored in this tier. */
export const startLoad = async (
  tier: CacheTier,
  key: KeyName,
  generations: Generations,
  monotonic: Monotonic,
): Promise<LoadStart> => {
  const at = monotonic()
  const invalidationVersion = await tier.readInvalidationVersion(key)
  return { generation: generations.of(key), invalidationVersion, at } as LoadStart
}

/**
 * Wraps an entry that a tier returned. `misses` are the outcomes of the tiers that were queried before it.
 */
export const foundInTier = <A>(
  tier: CacheTier,
  key: CacheKey<A>,
  entry: CacheEntry<A>,
  clock: Clock,
  misses: ReadonlyArray<TierOutcome> = [],
): Found<A> =>
  new Found(
    entry.value,
    [...misses, { tier: tier.name, outcome: 'hit' }],
    () => tier.peek(key) === entry && isFresh(entry, clock()),
  )

export const tierMisses = (...tiers: ReadonlyArray<CacheTier>): ReadonlyArray<TierOutcome> =>
  tiers.map(({ name }) => ({ tier: name, outcome: 'miss' }))

/** Creates a CachePort with a single tier. */
export const createSingleTierCache = (
  tier: CacheTier,
  clock: Clock,
  monotonic: Monotonic = systemMonotonic,
): CachePort => {
  const generations = createGenerations()
  const invalidate = (stale: StaleValues) => () => generations.around(stale, tier.invalidate(stale))
  return {
    get: (key) => async () => {
      const found = await tier.find(key)()
      if (E.isLeft(found)) return found
      if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
      return E.right(O.some(foundInTier(tier, key, found.right.value, clock)))
    },
    missTiers: tierMisses(tier),
    generation: generations.of,
    beginLoad: (key) => startLoad(tier, key, generations, monotonic),
    set: (key, value, since) => async () =>
      since.generation === generations.of(key)
        ? tier.set(key, createCacheEntry(key, value, clock(), since))()
        : E.right(undefined),
    delete: (key) => invalidate(staleKeys([key])),
    invalidate,
  }
}
