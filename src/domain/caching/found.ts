import type { TierOutcome } from '../../ports/tier-outcome.ts'

/**
 * A value that was read through the cache, and the tiers that were queried for it. Only the cache creates a
 * Found, and only `mapFound` and `combineFound` derive one from another; an object literal does not compile
 * as a Found. If a decision depends on two found values, combine them: otherwise the result would stay valid
 * after one of them has become stale. A reply is replayed only while `isStillCached` returns true.
 */
export class Found<out A> {
  readonly value: A
  /** The tiers that were queried, in this order. The fastest tier comes first. */
  readonly tiers: ReadonlyArray<TierOutcome>
  /** Returns whether the cache still returns this value from memory. If not, there may be a newer value. */
  readonly isStillCached: () => boolean
  /** Makes the type nominal: no object literal has this type. */
  declare protected readonly madeByCache: true

  constructor(value: A, tiers: ReadonlyArray<TierOutcome>, isStillCached: () => boolean) {
    this.value = value
    this.tiers = tiers
    this.isStillCached = isStillCached
  }
}

/** Derives a value from a found one. The derived value is valid as long as the found value is. */
export const mapFound = <A, B>(
  { value, tiers, isStillCached }: Found<A>,
  compute: (value: A) => B,
): Found<B> => new Found(compute(value), tiers, isStillCached)

/**
 * Derives a value from two found ones. The derived value is valid as long as both are. The reported tiers are
 * those of the first.
 */
export const combineFound = <A, B, C>(
  first: Found<A>,
  second: Found<B>,
  compute: (first: A, second: B) => C,
): Found<C> =>
  new Found(
    compute(first.value, second.value),
    first.tiers,
    () => first.isStillCached() && second.isStillCached(),
  )
