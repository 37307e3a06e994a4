import type { Found } from '../../../domain/caching/found.ts'
import { createSingleFlight } from '../../../domain/caching/single-flight.ts'
import type { Unavailable } from '../../../domain/shared/errors.ts'
import { E, O } from '../../../fp.ts'
import { type CacheKey, type CachePort, type StaleValues, staleKeys } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../../ports/monotonic.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import {
  type CacheEntry,
  type CacheTier,
  createCacheEntry,
  foundInTier,
  isFresh,
  startLoad,
  tierMisses,
} from './cache-tier.ts'
import { createGenerations } from './generations.ts'

type Tiers = {
  /** The tier that is queried first. */
  readonly memory: CacheTier
  readonly disk: CacheTier
  readonly clock: Clock
  readonly monotonic?: Monotonic
}

/**
 * Time (ms) after which a value in memory that can change is read from disk again, because another process on
 * the same disk may have changed it. A process that follows the invalidations of all others need not do so
 * (memory-cache.ts).
 */
const recheckMs = 2000

/**
 * Combines a memory tier with a disk tier. A value that is found on disk is copied to memory with its expiry
 * time. If the value can change, memory reads it from disk again after two seconds, unless the process hears of
 * changes otherwise. Negative entries are stored in memory only, so that refused clients cannot create files; an
 * older value is removed from the disk. Concurrent lookups share one read.
 */
export const createTieredCache = ({ memory, disk, clock, monotonic = systemMonotonic }: Tiers): CachePort => {
  /** `asOf` is the time at which the value was read or loaded. Another process may have changed it since. */
  const setInMemory = <A>(
    key: CacheKey<A>,
    { value, expiresAt, invalidationVersion }: CacheEntry<A>,
    asOf: MonotonicMs,
  ) =>
    memory.set(
      key,
      expiresAt === null
        ? { value, expiresAt, invalidationVersion }
        : { value, expiresAt, invalidationVersion, recheckAt: addMilliseconds(asOf, recheckMs) },
    )

  const missedMemory = tierMisses(memory)

  /**
   * Number of sets and deletes of any key. If this number changes during a read of the disk, the result may
   * be out of date.
   */
  let changes = 0

  const flight = createSingleFlight()
  const generations = createGenerations()

  const invalidate = (stale: StaleValues) => () =>
    generations.around(stale, async () => {
      changes++
      const [, deleted] = await Promise.all([memory.invalidate(stale)(), disk.invalidate(stale)()])
      changes++
      // A concurrent lookup may have copied the old value from disk to memory, so the value is deleted from
      // memory again.
      await memory.invalidate(stale)()
      return deleted
    })

  const findOnDisk = async <A>(key: CacheKey<A>): Promise<E.Either<Unavailable, O.Option<Found<A>>>> => {
    const before = changes
    const asOf = monotonic()
    const found = await disk.find(key)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
    if (changes === before) await setInMemory(key, found.right.value, asOf)()
    return E.right(O.some(foundInTier(disk, key, found.right.value, clock, missedMemory)))
  }

  return {
    get: (key) => async () => {
      const cached = await memory.find(key)()
      if (E.isRight(cached) && O.isSome(cached.right) && isFresh(cached.right.value, clock()))
        return E.right(O.some(foundInTier(memory, key, cached.right.value, clock)))
      // The number of changes is part of the flight's key, so that a caller never shares a lookup that
      // started before a change.
      return flight(`${changes} ${key.name}`, () => findOnDisk(key))
    },
    missTiers: tierMisses(memory, disk),
    generation: generations.of,
    beginLoad: (key) => startLoad(disk, key, generations, monotonic),
    set: (key, value, since) => async () => {
      if (since.generation !== generations.of(key)) return E.right(undefined)
      const entry = createCacheEntry(key, value, clock(), since)
      changes++
      // Both writes start in the same tick, so that a later delete is ordered after them in both tiers.
      const [, stored] = await Promise.all([
        setInMemory(key, entry, since.at)(),
        (key.isNegative(value) ? disk.remove(key.name) : disk.set(key, entry))(),
      ])
      changes++
      return stored
    },
    delete: (key) => invalidate(staleKeys([key])),
    invalidate,
  }
}
