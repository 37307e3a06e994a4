import type { CacheCounts, CacheEvictions, CacheStats } from '../../../ports/cache-stats.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'

type Family = { readonly family: string }

/** Where a tier tells what it does. */
export type TierMeter = {
  readonly hit: (key: Family) => void
  readonly miss: (key: Family) => void
  readonly collapsed: (key: Family) => void
  readonly failed: (key: Family) => void
  /** A fill begins; the function that it gives is called when it has ended well. */
  readonly filling: (key: Family) => (bytes: number) => void
  readonly evicted: (bytes: number) => void
}

const nothing = () => undefined

export const noMeter: TierMeter = {
  hit: nothing,
  miss: nothing,
  collapsed: nothing,
  failed: nothing,
  filling: () => nothing,
  evicted: nothing,
}

export type CacheMeter = { readonly tier: (name: string) => TierMeter; readonly stats: CacheStats }

type Counts = { -readonly [K in keyof CacheCounts]: CacheCounts[K] }
type Evictions = { -readonly [K in keyof CacheEvictions]: CacheEvictions[K] }

export const createCacheMeter = (monotonic: Monotonic): CacheMeter => {
  const all = new Map<string, Counts>()
  const gone = new Map<string, Evictions>()

  const countsOf = (tier: string, { family }: Family): Counts => {
    const name = `${tier} ${family}`
    const known = all.get(name)
    if (known !== undefined) return known
    const none = { hits: 0, misses: 0, collapsed: 0, errors: 0, fills: 0, filledBytes: 0, fillMs: 0 }
    const counts = { tier, family, ...none }
    all.set(name, counts)
    return counts
  }

  return {
    tier: (tier) => {
      const evictions = { tier, evictions: 0, evictedBytes: 0 }
      gone.set(tier, evictions)
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
          const from = monotonic()
          return (bytes) => {
            const counts = countsOf(tier, key)
            counts.fills++
            counts.filledBytes += bytes
            counts.fillMs += monotonic() - from
          }
        },
        evicted: (bytes) => {
          evictions.evictions++
          evictions.evictedBytes += bytes
        },
      }
    },
    stats: {
      counts: () => [...all.values()].map((counts) => ({ ...counts })),
      evictions: () => [...gone.values()].map((evictions) => ({ ...evictions })),
    },
  }
}
