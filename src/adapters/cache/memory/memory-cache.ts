import { createBoundedCache } from '../../../bounded-cache.ts'
import { E, O } from '../../../fp.ts'
import type { CacheKey, CachePort } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { disabledTierMeter, type TierMeter } from '../tiers/cache-meter.ts'
import {
  type CacheEntry,
  type CacheTier,
  constantInvalidationVersion,
  createSingleTierCache,
} from '../tiers/cache-tier.ts'

type MemoryEntry = {
  readonly entry: CacheEntry<unknown>
  /**
   * The codec with which the value was decoded. A lookup with another codec decodes the result of `encode()`
   * again.
   */
  readonly codec: object
  readonly encode: () => unknown
  readonly bytes: number
}

/** Negative entries (such as "not public") get at most a sixteenth of `maxBytes`. */
const negativePart = 16

/**
 * Caches values in memory (LRU), at most `maxBytes`. The size of an entry is the UTF-8 bytes of its value as
 * JSON, plus its name, plus a constant overhead. A value is encoded and decoded once when it is set, so that
 * a lossy codec has the same effect as on disk. A hit costs a lookup and copies nothing. Negative entries
 * evict only negative entries.
 */
export const createMemoryTier = (
  maxBytes: number,
  meter: TierMeter = disabledTierMeter,
  monotonic: Monotonic = systemMonotonic,
): CacheTier => {
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

  const find = (name: string): MemoryEntry | undefined => {
    const stored = others.get(name) ?? negatives.get(name)
    const recheckAt = stored?.entry.recheckAt
    return recheckAt === undefined || monotonic() < recheckAt ? stored : undefined
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
      const stored = find(key.name)
      if (stored === undefined) return E.right(O.none)
      const entry = entryOfCodec(stored, key)
      if (entry !== undefined) return E.right(O.some(entry))
      const decoded = key.codec.decode(stored.encode())
      if (E.isLeft(decoded)) return E.right(O.none)
      return E.right(O.some(Object.assign({}, stored.entry, { value: decoded.right })))
    },
    peek: (key) => {
      const stored = find(key.name)
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
      }
      const entries = key.isNegative(value) ? negatives : others
      entries.set(key.name, stored)
      return E.right(undefined)
    },
    delete: remove,
    remove,
    readInvalidationVersion: async () => constantInvalidationVersion,
  }
}

/** Creates a cache without a disk, for tests. */
export const createMemoryCache = (clock: Clock, maxBytes = 64 * 1024 * 1024): CachePort =>
  createSingleTierCache(createMemoryTier(maxBytes), clock)
