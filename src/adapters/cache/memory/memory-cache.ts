import { createBoundedCache } from '../../../bounded-cache.ts'
import { E, O } from '../../../fp.ts'
import type { CacheKey, CachePort, KeyName } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Monotonic, MonotonicMs } from '../../../ports/monotonic.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { disabledTierMeter, type TierMeter } from '../tiers/cache-meter.ts'
import {
  type CacheEntry,
  type CacheTier,
  constantInvalidationVersion,
  createSingleTierCache,
} from '../tiers/cache-tier.ts'
import { createFamilyVersions } from '../tiers/family-versions.ts'

type MemoryEntry = {
  readonly entry: CacheEntry<unknown>
  /**
   * The codec with which the value was decoded. A lookup with another codec decodes the result of `encode()`
   * again.
   */
  readonly codec: object
  readonly encode: () => unknown
  readonly bytes: number
  /** The version of the key's family at the time of `set`. An entry of an older version is invalid. */
  readonly version: number
}

const longAgo = () => Number.NEGATIVE_INFINITY as MonotonicMs

/** Negative entries (such as "not public") get at most a sixteenth of `maxBytes`. */
const negativePart = 16

/**
 * Caches values in memory (LRU), at most `maxBytes`. The size of an entry is the UTF-8 bytes of its value as
 * JSON, plus its name, plus a constant overhead. A value is encoded and decoded once when it is set, so that
 * a lossy codec has the same effect as on disk. A hit costs a lookup and copies nothing. Negative entries
 * evict only negative entries. Until `trustedUntil`, this process hears of every change (follower.ts), so it
 * reads no value again because another process may have changed it.
 */
export const createMemoryTier = (
  maxBytes: number,
  meter: TierMeter = disabledTierMeter,
  monotonic: Monotonic = systemMonotonic,
  trustedUntil: () => MonotonicMs = longAgo,
): CacheTier => {
  const versions = createFamilyVersions()
  const createEntries = (bytes: number) =>
    createBoundedCache<MemoryEntry>({
      maxBytes: bytes,
      sizeOf: (stored) => stored.bytes,
      onEvict: (stored) => meter.evicted(stored.bytes),
    })
  const negativeBytes = Math.floor(maxBytes / negativePart)
  const negatives = createEntries(negativeBytes)
  const others = createEntries(maxBytes - negativeBytes)

  const drop = (name: string): void => {
    negatives.delete(name)
    others.delete(name)
  }

  const find = ({ name, family }: KeyName): MemoryEntry | undefined => {
    const stored = others.get(name) ?? negatives.get(name)
    if (stored === undefined || stored.version !== versions.of(family)) return undefined
    const { recheckAt } = stored.entry
    return recheckAt === undefined || monotonic() < Math.max(recheckAt, trustedUntil()) ? stored : undefined
  }

  const entryOfCodec = <A>({ entry, codec }: MemoryEntry, key: CacheKey<A>): CacheEntry<A> | undefined =>
    codec === key.codec ? (entry as CacheEntry<A>) : undefined

  const remove: CacheTier['remove'] = (name) => async () => {
    drop(name)
    return E.right(undefined)
  }

  return {
    name: 'memory',
    find: (key) => async () => {
      const stored = find(key)
      if (stored === undefined) return E.right(O.none)
      const entry = entryOfCodec(stored, key)
      if (entry !== undefined) return E.right(O.some(entry))
      const decoded = key.codec.decode(stored.encode())
      if (E.isLeft(decoded)) return E.right(O.none)
      return E.right(O.some(Object.assign({}, stored.entry, { value: decoded.right })))
    },
    peek: (key) => {
      const stored = find(key)
      return stored && entryOfCodec(stored, key)
    },
    set: (key, entry) => async () => {
      const text = JSON.stringify(key.codec.encode(entry.value))
      const decoded = key.codec.decode(JSON.parse(text))
      drop(key.name)
      if (E.isLeft(decoded)) return E.right(undefined)
      const value = decoded.right
      const bytes = Buffer.byteLength(text)
      const stored = {
        entry: Object.assign({}, entry, { value }),
        codec: key.codec,
        encode: () => key.codec.encode(value),
        bytes,
        version: versions.of(key.family),
      }
      const entries = key.isNegative(value) ? negatives : others
      entries.set(key.name, stored)
      return E.right(undefined)
    },
    invalidate: (stale) => async () => {
      versions.advance(stale)
      if (stale !== 'all') for (const name of stale.names) drop(name)
      return E.right(undefined)
    },
    remove,
    readInvalidationVersion: async () => constantInvalidationVersion,
  }
}

/** Creates a cache without a disk, for tests. */
export const createMemoryCache = (clock: Clock, maxBytes = 64 * 1024 * 1024): CachePort =>
  createSingleTierCache(createMemoryTier(maxBytes), clock)
