/**
 * A tier of the cache. The tiers are in order of distance from the reader. `origin` is the source from which
 * the cache loads.
 */
export type CacheTierName = 'memory' | 'disk' | 'origin'

/**
 * What a tier did in a read. `collapsed`: the read shared a running fill. `partial`: only the requested
 * bytes were fetched, because the running fill was too far from them.
 */
export type TierOutcome = {
  readonly tier: CacheTierName
  readonly outcome: 'hit' | 'miss' | 'collapsed' | 'partial' | 'bypass'
  /** Only for an expired value: its remaining lifetime in whole seconds, which is negative. */
  readonly ttl?: number
}
