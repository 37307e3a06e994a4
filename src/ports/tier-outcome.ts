/** A tier of the cache, in order of distance from the reader. `origin` is the source behind the cache. */
export type CacheTierName = 'memory' | 'disk' | 'origin'

/**
 * How a tier took part in a read. `collapsed`: it joined a running fill. `partial`: it fetched only the
 * requested bytes, because the running fill was too far behind.
 */
export type TierOutcome = {
  readonly tier: CacheTierName
  readonly outcome: 'hit' | 'miss' | 'collapsed' | 'partial' | 'bypass'
  /** For a stale value: its remaining lifetime in whole seconds, which is negative. */
  readonly ttl?: number
}
