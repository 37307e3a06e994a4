/** What one tier of the cache has done for one family of keys since the start. All of it only grows. */
export type CacheCounts = {
  /** `memory` or `disk`. */
  readonly tier: string
  /** The template of the keys: `s3_files:{uid}`. */
  readonly family: string
  readonly hits: number
  /** Who is about to load looks twice, the second time when nobody else can be loading. */
  readonly misses: number
  /** Reads that found a fill under way and shared it. */
  readonly collapsed: number
  /** The tier could not be asked or written to, or what was brought in was not right. */
  readonly errors: number
  readonly fills: number
  /** Bytes brought in by fills that ended well, and the milliseconds that these took. */
  readonly filledBytes: number
  readonly fillMs: number
}

/** What had to make room. */
export type CacheEvictions = {
  readonly tier: string
  readonly evictions: number
  readonly evictedBytes: number
}

/** How the cache is doing, for operators. */
export type CacheStats = {
  /** One for each tier and family that has been asked. */
  readonly counts: () => ReadonlyArray<CacheCounts>
  readonly evictions: () => ReadonlyArray<CacheEvictions>
}
