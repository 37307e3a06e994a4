/** A tier of the cache, the nearest to the reader first. `origin` is the source behind the cache. */
export type CacheTierName = 'memory' | 'disk' | 'origin'

/**
 * What a tier did. `collapsed`: it joined a running fill. `partial`: it fetched the requested bytes alone, because the
 * running fill was too far behind.
 */
export type TierOutcome = {
  readonly tier: CacheTierName
  readonly outcome: 'hit' | 'miss' | 'collapsed' | 'partial' | 'bypass'
  /** For a stale value: remaining lifetime in whole seconds, below 0. */
  readonly ttl?: number
}
