import type * as t from 'io-ts'
import type { Found } from '../domain/caching/found.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { Elapsed } from './monotonic.ts'
import type { TierOutcome } from './tier-answer.ts'

/** A place in the cache: its name, what lives there, and for how long. Only cache-keys.ts makes one. */
export type CacheKey<A> = {
  readonly name: string
  /** The template that the name was made from: what counters count by. */
  readonly family: string
  readonly codec: t.Type<A, unknown, unknown>
  /** `null`: the value cannot change, only eviction ends it. */
  readonly ttlSeconds: number | null
  /** Whether a value tells somebody that he may not: it lives for `refusalSeconds` at most. */
  readonly isNegative: (value: A) => boolean
}

declare const seen: unique symbol

/** The state of a key at one moment: it changes when this process deletes the key, before and after. */
export type Generation = number & { readonly [seen]: true }

/** The state of a key in a place that processes share: it changes when any of them deletes the key. */
export type SharedMark = string & { readonly [seen]: true }

/** The moment at which a load began. Only a cache makes one, so a value cannot be set without it. */
export type LoadStart = {
  readonly generation: Generation
  /** `null`: it could not be told, and what is loaded is kept nowhere that processes share. */
  readonly mark: SharedMark | null
  readonly at: Elapsed
  readonly [seen]: true
}

/** For so long a person who was refused is not asked about again (http-api.md §9.2). */
export const negativeTtlSeconds = 30

/**
 * Holds values for a while. A value that is missing, expired, or no longer fits its codec is `none`,
 * never an error; `Unavailable` means that the store itself could not be asked. Strangers can have themselves refused
 * as often as they like: refusals are held apart, and push out nothing else.
 */
export type CachePort = {
  readonly get: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
  /** What its tiers have to tell when it has nothing. */
  readonly missed: ReadonlyArray<TierOutcome>
  /**
   * Callers who hold the same one may share a look or a load: this process has ended no delete between them. It costs
   * no more than a hash of the name.
   */
  readonly generation: <A>(key: CacheKey<A>) => Generation
  /** To be awaited before a load begins, after a miss: it may ask the disk. Never rejects. */
  readonly beginLoad: <A>(key: CacheKey<A>) => Promise<LoadStart>
  /**
   * Keeps what was loaded since `since`; when any process has deleted the key after that, the value may be out of date
   * and is not kept, which is no error. A reader is answered first: nothing but `get` of the same key needs to wait for
   * it.
   */
  readonly set: <A>(key: CacheKey<A>, value: A, since: LoadStart) => TE.TaskEither<Unavailable, void>
  /**
   * Forgets the value; a key that was never set is fine. No read of this process that begins later sees it, and none of
   * another one that shares the place two seconds later.
   */
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
  /** The same for a caller who has no more than the key's name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
