/** Counters of one tier of the cache for one family of keys, since the start. */
export type CacheCounts = {
  /** `memory` or `disk`. */
  readonly tier: string
  /** Template of the keys, such as `s3_files:{uid}`. */
  readonly family: string
  readonly hits: number
  /**
   * One load can count two misses: it looks in the cache a second time when no other load of the key can be
   * running.
   */
  readonly misses: number
  /** Reads that shared a running fill. */
  readonly collapsed: number
  /** Failed reads and writes of the tier, and fills that received wrong bytes. */
  readonly errors: number
  readonly fills: number
  /** Bytes of successful fills, and the total duration of these fills (milliseconds). */
  readonly filledBytes: number
  readonly fillMs: number
}

/** Evictions of one tier since the start. */
export type CacheEvictions = {
  readonly tier: string
  readonly evictions: number
  readonly evictedBytes: number
}

/** Statistics of the cache, for operators. */
export type CacheStats = {
  /** One entry for each tier and family that has been used. */
  readonly counts: () => ReadonlyArray<CacheCounts>
  readonly evictions: () => ReadonlyArray<CacheEvictions>
}
