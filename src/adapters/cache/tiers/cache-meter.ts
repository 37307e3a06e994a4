import type { CacheCounts, CacheEvictions, CacheStats } from '../../../ports/cache-stats.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'

type Family = { readonly family: string }

/** Counts the events of one tier. */
export type TierMeter = {
  readonly hit: (key: Family) => void
  readonly miss: (key: Family) => void
  readonly collapsed: (key: Family) => void
  readonly failed: (key: Family) => void
  /**
   * Starts to measure the time of a fill. The caller calls the returned function when the fill has succeeded.
   */
  readonly filling: (key: Family) => (bytes: number) => void
  readonly evicted: (bytes: number) => void
}

const nothing = () => undefined

export const disabledTierMeter: TierMeter = {
  hit: nothing,
  miss: nothing,
  collapsed: nothing,
  failed: nothing,
  filling: () => nothing,
  evicted: nothing,
}

type CacheMeter = { readonly tier: (name: string) => TierMeter; readonly stats: CacheStats }

type Counts = { -readonly [K in keyof CacheCounts]: CacheCounts[K] }
type Evictions = { -readonly [K in keyof CacheEvictions]: CacheEvictions[K] }

export const createCacheMeter = (monotonic: Monotonic): CacheMeter => {
  const countsByKey = new Map<string, Counts>()
  const evictionsByTier = new Map<string, Evictions>()

  const countsOf = (tier: string, { family }: Family): Counts => {
    const name = `${tier} ${family}`
    const existing = countsByKey.get(name)
    if (existing !== undefined) return existing
    const zero = { hits: 0, misses: 0, collapsed: 0, errors: 0, fills: 0, filledBytes: 0, fillMs: 0 }
    const counts = { tier, family, ...zero }
    countsByKey.set(name, counts)
    return counts
  }

  return {
    tier: (tier) => {
      const evictions = { tier, evictions: 0, evictedBytes: 0 }
      evictionsByTier.set(tier, evictions)
      return {
        hit: (key) => {
          countsOf(tier, key).hits++
        },
        miss: (key) => {
          countsOf(tier, key).misses++
        },
        collapsed: (key) => {
          countsOf(tier, key).collapsed++
        },
        failed: (key) => {
          countsOf(tier, key).errors++
        },
        filling: (key) => {
          const startedAt = monotonic()
          return (bytes) => {
            const counts = countsOf(tier, key)
            counts.fills++
            counts.filledBytes += bytes
            counts.fillMs += monotonic() - startedAt
          }
        },
        evicted: (bytes) => {
          evictions.evictions++
          evictions.evictedBytes += bytes
        },
      }
    },
    stats: {
      counts: () => [...countsByKey.values()].map((counts) => ({ ...counts })),
      evictions: () => [...evictionsByTier.values()].map((evictions) => ({ ...evictions })),
    },
  }
}
