/** Counters of one tier of the cache for one family of keys, since the process started. */
export type CacheCounts = {
  /** Name of the tier: `memory` or `disk`. */
  readonly tier: string
  /** Template of the keys, such as `s3_files:{uid}`. */
  readonly family: string
  readonly hits: number
  /**
   * Number of lookups that found no value. One load can count two misses, because the lookup is repeated once
   * no other load of the key can be running.
   */
  readonly misses: number
  /** Number of reads that shared a running fill. */
  readonly collapsed: number
  /** Number of failed reads and writes of the tier, and of fills that received wrong bytes. */
  readonly errors: number
  readonly fills: number
  /** Bytes of all successful fills; `fillMs` is their total duration in milliseconds. */
  readonly filledBytes: number
  readonly fillMs: number
}

/** Evictions of one tier since the process started. */
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
