import type * as t from 'io-ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { TierAnswer } from './tier-answer.ts'

/** A place in the cache: its name, what lives there, and for how long. Only cache-keys.ts makes one. */
export type CacheKey<A> = {
  readonly name: string
  /** The template that the name was made from: what counters count by. */
  readonly family: string
  readonly codec: t.Type<A, unknown, unknown>
  /** `null`: the value cannot change, only eviction ends it. */
  readonly ttlSeconds: number | null
  /** Whether a value tells somebody that he may not: it lives for `refusalSeconds` at most. */
  readonly isRefusal: (value: A) => boolean
}

/** A value that was read, and how it came. */
export type Found<A> = {
  readonly value: A
  /** Who was asked for it, the nearest first. */
  readonly tiers: ReadonlyArray<TierAnswer>
  /** Whether the cache would give this very value from memory, told without waiting; `false`: it may know more. */
  readonly isAtHand: () => boolean
}

declare const seen: unique symbol

/**
 * The state of a key at one moment: it changes when the key is deleted, before and after. Only a cache makes one, so
 * a value cannot be set without the moment at which its load began.
 */
export type Generation = number & { readonly [seen]: true }

/** For so long a person who was refused is not asked about again (http-api.md §9.2). */
export const refusalSeconds = 30

/**
 * Holds values for a while. A value that is missing, expired, or no longer fits its codec is `none`,
 * never an error; `Unavailable` means that the store itself could not be asked. Strangers can have themselves refused
 * as often as they like: refusals are held apart, and push out nothing else.
 */
export type CachePort = {
  readonly get: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
  /** What its tiers have to tell when it has nothing. */
  readonly missed: ReadonlyArray<TierAnswer>
  /**
   * Taken before a load begins. Callers who hold the same one may share a look or a load: no delete has ended between
   * them. It costs no more than a hash of the name.
   */
  readonly generation: <A>(key: CacheKey<A>) => Generation
  /**
   * Keeps what was loaded since `since`; when the key was deleted after that, the value may be out of date and is not
   * kept, which is no error. A reader is answered first: nothing but `get` of the same key needs to wait for it.
   */
  readonly set: <A>(key: CacheKey<A>, value: A, since: Generation) => TE.TaskEither<Unavailable, void>
  /** Forgets the value; a key that was never set is fine. No read that begins later sees it. */
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
  /** The same for a caller who has no more than the key's name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
