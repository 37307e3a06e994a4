import type * as t from 'io-ts'
import type { Found } from '../domain/caching/found.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { MonotonicMs } from './monotonic.ts'
import type { TierOutcome } from './tier-outcome.ts'

/** A key of the cache: name, type and lifetime of the value. Only cache-keys.ts creates keys. */
export type CacheKey<A> = {
  readonly name: string
  /** Template of the name. All keys of one template are a family, by which statistics are counted. */
  readonly family: string
  readonly codec: t.Type<A, unknown, unknown>
  /** Lifetime of the value in seconds; `null` if the value cannot change, and only eviction removes it. */
  readonly ttlSeconds: number | null
  /**
   * Returns whether the value denies access ("not admin", "not public"). The lifetime of such a value is
   * `negativeTtlSeconds`.
   */
  readonly isNegative: (value: A) => boolean
}

declare const brand: unique symbol

/**
 * Generation of a key. The generation changes twice when this process deletes the key: before the delete and
 * after it.
 */
export type Generation = number & { readonly [brand]: true }

/**
 * Invalidation version of a key in a cache that processes share. A delete of the key changes it, whichever
 * process deletes.
 */
export type InvalidationVersion = string & { readonly [brand]: true }

/**
 * The state at the start of a load. With it, `set` recognises that a later delete has made the loaded value
 * obsolete. Only a cache creates one.
 */
export type LoadStart = {
  readonly generation: Generation
  /**
   * Invalidation version of the key. `null`: the version could not be read, and the loaded value is not stored
   * in a tier that processes share.
   */
  readonly invalidationVersion: InvalidationVersion | null
  readonly at: MonotonicMs
  readonly [brand]: true
}

/** The part of a key that says which value it is, without its type. */
export type KeyName = Pick<CacheKey<unknown>, 'name' | 'family'>

/**
 * Cached values that may be out of date: those with these names, and all values of these families (templates
 * of cache-keys.ts); `all`: every value.
 */
export type StaleValues =
  | 'all'
  | { readonly names: ReadonlyArray<string>; readonly families: ReadonlyArray<string> }

/** Returns the values of these keys. */
export const staleKeys = (keys: ReadonlyArray<{ readonly name: string }>): StaleValues => ({
  names: keys.map(({ name }) => name),
  families: [],
})

/** Maximum lifetime of a negative entry ("not admin", "not public"), in seconds (http-api.md §9.2). */
export const negativeTtlSeconds = 30

/**
 * Caches values for a limited time. The result is `none`, and never an error, if the value is missing,
 * expired, or does not match its codec. `Unavailable` means that the cache itself failed. Negative entries
 * have a separate share of the memory and evict no other entries, because any client can cause negative
 * entries.
 */
export type CachePort = {
  readonly get: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
  /** The tier outcomes that the reader of a value reports after a miss of this cache. */
  readonly missTiers: ReadonlyArray<TierOutcome>
  /**
   * Returns the current generation of the key. Callers with the same generation may share a lookup or a load,
   * because this process has not deleted the key between their calls. A call costs one hash of the name.
   */
  readonly generation: <A>(key: CacheKey<A>) => Generation
  /**
   * Returns the state at the start of a load. The caller must wait for it after a miss and before the load.
   * The call may read the disk. Never rejects.
   */
  readonly beginLoad: <A>(key: CacheKey<A>) => Promise<LoadStart>
  /**
   * Stores a value whose load began at `since`. If any process has deleted the key since then, the value may
   * be out of date, so `set` succeeds without storing it. Callers reply to the reader without waiting for
   * `set`; only a `get` of the same key needs to wait for it.
   */
  readonly set: <A>(key: CacheKey<A>, value: A, since: LoadStart) => TE.TaskEither<Unavailable, void>
  /**
   * Deletes the value. Succeeds for a key that was never set. Later reads of this process do not return the
   * value. Other processes that share the cache may return it for two more seconds.
   */
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
  /**
   * Deletes values as `delete` does, all at once. Families and `all` are not searched for: a version number
   * makes their values invalid. If it fails, values may still be stored, and the call must be repeated.
   */
  readonly invalidate: (stale: StaleValues) => TE.TaskEither<Unavailable, void>
}
