import { createBoundedCache } from '../../../bounded-cache.ts'
import { E, O } from '../../../fp.ts'
import type { CacheKey, CachePort } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { noMeter, type TierMeter } from '../tiers/cache-meter.ts'
import { type CacheEntry, type CacheTier, cacheOfTier, noSharedMarks } from '../tiers/cache-tier.ts'

type Held = {
  readonly kept: CacheEntry<unknown>
  /** The codec that the value has been through; another one decodes `encode()` anew. */
  readonly codec: object
  readonly encode: () => unknown
  readonly bytes: number
}

/** Of all bytes, those in which refusals are held: one part in so many. */
const refusalPart = 16

/**
 * Values in memory, those least lately used going first, in at most `maxBytes` (UTF-8 bytes of the value as
 * JSON, its name, and an allowance for the entry). A value goes once through its codec when it is kept, so that a codec
 * that loses something shows here as it does on disk; a hit costs a look-up and copies nothing. Refusals push out
 * one another, nothing else.
 */
export const createMemoryTier = (
  maxBytes: number,
  meter: TierMeter = noMeter,
  monotonic: Monotonic = systemMonotonic,
): CacheTier => {
  const holding = (bytes: number) =>
    createBoundedCache<Held>({
      maxBytes: bytes,
      sizeOf: (held) => held.bytes,
      onEvict: (held) => meter.evicted(held.bytes),
    })
  const refusalBytes = Math.floor(maxBytes / refusalPart)
  const refusals = holding(refusalBytes)
  const others = holding(maxBytes - refusalBytes)

  const drop = (name: string): void => {
    refusals.delete(name)
    others.delete(name)
  }

  const find = (name: string): Held | undefined => {
    const held = others.get(name) ?? refusals.get(name)
    const until = held?.kept.believedUntil
    return until === undefined || monotonic() < until ? held : undefined
  }

  const keptFor = <A>({ kept, codec }: Held, key: CacheKey<A>): CacheEntry<A> | undefined =>
    codec === key.codec ? (kept as CacheEntry<A>) : undefined

  const remove: CacheTier['remove'] = (name) => async () => {
    drop(name)
    return E.right(undefined)
  }

  return {
    name: 'memory',
    find: (key) => async () => {
      const held = find(key.name)
      if (held === undefined) return E.right(O.none)
      const kept = keptFor(held, key)
      if (kept !== undefined) return E.right(O.some(kept))
      const decoded = key.codec.decode(held.encode())
      if (E.isLeft(decoded)) return E.right(O.none)
      return E.right(O.some(Object.assign({}, held.kept, { value: decoded.right })))
    },
    held: (key) => {
      const held = find(key.name)
      return held && keptFor(held, key)
    },
    keep: (key, kept) => async () => {
      const text = JSON.stringify(key.codec.encode(kept.value))
      const decoded = key.codec.decode(JSON.parse(text))
      drop(key.name)
      if (E.isLeft(decoded)) return E.right(undefined)
      const value = decoded.right
      const bytes = Buffer.byteLength(text)
      const held = {
        kept: Object.assign({}, kept, { value }),
        codec: key.codec,
        encode: () => key.codec.encode(value),
        bytes,
      }
      const entries = key.isNegative(value) ? refusals : others
      entries.set(key.name, held)
      return E.right(undefined)
    },
    delete: remove,
    remove,
    mark: async () => noSharedMarks,
  }
}

/** For tests, and for a run without a disk. */
export const createMemoryCache = (clock: Clock, maxBytes = 64 * 1024 * 1024): CachePort =>
  cacheOfTier(createMemoryTier(maxBytes), clock)
