/** A place in which the cache looks, the nearest to the reader first; `origin` is where things really are. */
export type CacheTierName = 'memory' | 'disk' | 'origin'

/** What a tier did with a read. `collapsed` and `partial`: a fill was under way, which it shared or could not wait for. */
export type TierOutcome = {
  readonly tier: CacheTierName
  readonly outcome: 'hit' | 'miss' | 'collapsed' | 'partial' | 'bypass'
  /** Of a value past its time: whole seconds that it had left, below 0. */
  readonly ttl?: number
}
