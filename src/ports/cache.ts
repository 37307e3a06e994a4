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

/** For so long somebody who was told that he may not is not asked about again (http-api.md §9.2). */
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
  readonly set: <A>(key: CacheKey<A>, value: A) => TE.TaskEither<Unavailable, void>
  /** Forgets the value; a key that was never set is fine. */
  readonly delete: <A>(key: CacheKey<A>) => TE.TaskEither<Unavailable, void>
}
