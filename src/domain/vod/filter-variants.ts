import type { MobileFilter } from './mobile-filter.ts'
import { compareSizes, effectivePixelRatio, type Size, scaled } from './size-comparison.ts'

export type Choice = {
  /** Bits per second. */
  readonly bandwidth: number
  readonly size: Size | null
}

const unlessNone = <A>(all: ReadonlyArray<A>, keep: (a: A) => boolean): ReadonlyArray<A> => {
  const kept = all.filter(keep)
  return kept.length > 0 ? kept : all
}

/** Whether nothing of the same effective pixel ratio serves `want` better. */
const isBestOfItsRatio = (all: ReadonlyArray<Choice>, want: Size, pr: number) => {
  const ratioOf = (size: Size) => effectivePixelRatio(want, size, pr)
  return ({ size }: Choice): boolean => {
    if (size === null) return true
    const ratio = ratioOf(size)
    const compare = compareSizes(scaled(want, ratio))
    return all.every(
      (other) => other.size === null || ratioOf(other.size) !== ratio || compare(size, other.size) <= 0,
    )
  }
}

/** What a viewer is to choose from, in the order given; something whenever there was something (wire.md §5.3). */
export const filterVariants = <A extends Choice>(
  all: ReadonlyArray<A>,
  filter: MobileFilter,
): ReadonlyArray<A> => {
  const { size, pixelRatio, minBandwidth, maxBandwidth } = filter
  const fitting = size === null ? all : all.filter(isBestOfItsRatio(all, size, pixelRatio))
  const richEnough = unlessNone(fitting, ({ bandwidth }) => bandwidth >= minBandwidth)
  return unlessNone(richEnough, ({ bandwidth }) => bandwidth <= maxBandwidth)
}
