import type { MobileFilter } from './mobile-filter.ts'
import { compareSizes, effectivePixelRatio, type Size, scaleSize } from './size-comparison.ts'

export type SelectableVariant = {
  /** Bits per second. */
  readonly bandwidth: number
  readonly size: Size | null
}

const filterUnlessEmpty = <A>(all: ReadonlyArray<A>, matches: (a: A) => boolean): ReadonlyArray<A> => {
  const matching = all.filter(matches)
  return matching.length > 0 ? matching : all
}

/** Of the variants with a size, keeps the best for each effective pixel ratio, and all ties. */
const bestOfEachRatio = <A extends SelectableVariant>(
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

/** Applies the filter, in the given order. Never empty unless the input is (http-api.md §5.3). */
export const filterVariants = <A extends SelectableVariant>(
  all: ReadonlyArray<A>,
  filter: MobileFilter,
): ReadonlyArray<A> => {
  const { size, pixelRatio, minBandwidth, maxBandwidth } = filter
  const fitting = size === null ? all : bestOfEachRatio(all, size, pixelRatio)
  const richEnough = filterUnlessEmpty(fitting, ({ bandwidth }) => bandwidth >= minBandwidth)
  return filterUnlessEmpty(richEnough, ({ bandwidth }) => bandwidth <= maxBandwidth)
}
