import type { MobileFilter } from './mobile-filter.ts'
import { compareSizes, effectivePixelRatio, type Size, scaleSize } from './size-comparison.ts'

export type VariantChoice = {
  /** Bits per second. */
  readonly bandwidth: number
  readonly size: Size | null
}

const unlessNone = <A>(all: ReadonlyArray<A>, keep: (a: A) => boolean): ReadonlyArray<A> => {
  const kept = all.filter(keep)
  return kept.length > 0 ? kept : all
}

/** Of those with a size, the best for each effective pixel ratio; all that are equally good. */
const bestOfEachRatio = <A extends VariantChoice>(
  all: ReadonlyArray<A>,
  want: Size,
  pr: number,
): ReadonlyArray<A> => {
  const rated = all.map((choice) => {
    const { size } = choice
    return { choice, size, ratio: size === null ? null : effectivePixelRatio(want, size, pr) }
  })
  return rated
    .filter(({ size, ratio }) => {
      if (size === null || ratio === null) return true
      const compare = compareSizes(scaleSize(want, ratio))
      return rated.every(
        (rival) => rival.size === null || rival.ratio !== ratio || compare(size, rival.size) <= 0,
      )
    })
    .map(({ choice }) => choice)
}

/** What a viewer is to choose from, in the order given; something whenever there was something (http-api.md §5.3). */
export const filterVariants = <A extends VariantChoice>(
  all: ReadonlyArray<A>,
  filter: MobileFilter,
): ReadonlyArray<A> => {
  const { size, pixelRatio, minBandwidth, maxBandwidth } = filter
  const fitting = size === null ? all : bestOfEachRatio(all, size, pixelRatio)
  const richEnough = unlessNone(fitting, ({ bandwidth }) => bandwidth >= minBandwidth)
  return unlessNone(richEnough, ({ bandwidth }) => bandwidth <= maxBandwidth)
}
