import type { TierOutcome } from '../../ports/tier-answer.ts'

/**
 * A value that was read, and how it came. Only the cache makes one; `mapFound` and `combineFound` compute from it. A
 * literal or a spread does not compile, so that no code forgets one of the values that a decision was made from: a reply
 * is replayed for as long as `isStillCached` holds.
 */
export class Found<out A> {
  readonly value: A
  /** The tiers that were asked, the nearest first. */
  readonly tiers: ReadonlyArray<TierOutcome>
  /** Whether the cache would return this very value from memory, without waiting. `false`: it may know a newer one. */
  readonly isStillCached: () => boolean
  /** Makes the type nominal. */
  declare protected readonly madeByCache: true

  constructor(value: A, tiers: ReadonlyArray<TierOutcome>, isStillCached: () => boolean) {
    this.value = value
    this.tiers = tiers
    this.isStillCached = isStillCached
  }
}

/** A value that is computed from what was found, and holds for as long. */
export const mapFound = <A, B>(
  { value, tiers, isStillCached }: Found<A>,
  compute: (value: A) => B,
): Found<B> => new Found(compute(value), tiers, isStillCached)

/** A value that is computed from two, and holds for as long as both do. Its tiers are those of the first. */
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
