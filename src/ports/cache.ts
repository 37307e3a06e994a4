import type * as t from 'io-ts'
import type { Found } from '../domain/caching/found.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { MonotonicMs } from './monotonic.ts'
import type { TierOutcome } from './tier-outcome.ts'

/** A key of the cache: name, type and lifetime of the value. Only cache-keys.ts creates keys. */
export type CacheKey<A> = {
  readonly name: string
  /** Template of the name. Statistics are counted by family. */
  readonly family: string
  readonly codec: t.Type<A, unknown, unknown>
  /** `null`: the value cannot change, and only eviction removes it. */
  readonly ttlSeconds: number | null
  /** Whether the value denies access ("not admin", "not public"): its lifetime is `negativeTtlSeconds`. */
  readonly isNegative: (value: A) => boolean
}

declare const seen: unique symbol

/**
 * Generation of a key. It changes twice when this process deletes the key: before the delete and after it.
 */
export type Generation = number & { readonly [seen]: true }

/**
 * Invalidation mark of a key in a cache that processes share. It changes when any of them deletes the key.
 */
export type InvalidationMark = string & { readonly [seen]: true }

/**
 * The start of a load, by which `set` recognises that a later delete has made the loaded value obsolete. Only
 * a cache creates one.
 */
export type LoadStart = {
  readonly generation: Generation
  /** `null`: the mark could not be read, so the loaded value is not stored in a tier that processes share. */
  readonly mark: InvalidationMark | null
  readonly at: MonotonicMs
  readonly [seen]: true
}

/** Maximum lifetime of a negative entry ("not admin", "not public"), in seconds (http-api.md §9.2). */
export const negativeTtlSeconds = 30

/**
 * Caches values for a limited time. A value that is missing, expired, or no longer fits its codec is `none`,
 * never an error; `Unavailable` means that the cache itself failed. Negative entries have their own share of
 * the memory and evict no other entries, because any client can cause negative entries.
 */
export type CachePort = {
  readonly get: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
  /** The tier outcomes that a miss reports. */
  readonly missTiers: ReadonlyArray<TierOutcome>
  /**
   * Returns the current generation of the key. Callers with the same generation may share a lookup or a load,
   * because this process has not deleted the key between their calls. Costs one hash of the name.
   */
  readonly generation: <A>(key: CacheKey<A>) => Generation
  /**
   * Returns the start of a load. Must be awaited after a miss and before the load. May read the disk. Never
   * rejects.
   */
  readonly beginLoad: <A>(key: CacheKey<A>) => Promise<LoadStart>
  /**
   * Stores a value whose load began at `since`. If any process has deleted the key since then, the value may
   * be out of date: `set` succeeds without storing it. Callers reply to the reader without waiting for `set`;
   * only a `get` of the same key needs to wait for it.
   */
  readonly set: <A>(key: CacheKey<A>, value: A, since: LoadStart) => TE.TaskEither<Unavailable, void>
  /**
   * Deletes the value; succeeds for a key that was never set. Later reads of this process do not see it.
   * Other processes that share the cache may see it for two more seconds.
   */
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
  /** Deletes the value whose key has this name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
