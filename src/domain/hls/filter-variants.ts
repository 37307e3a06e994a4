import { compareSizes, effectivePixelRatio, type Size, scaleSize } from '../media/size-comparison.ts'
import type { MobileFilter } from './mobile-filter.ts'

export type SelectableVariant = {
  /** Peak bit rate of the variant in bits per second. */
  readonly bandwidth: number
  readonly size: Size | null
}

const filterUnlessEmpty = <A>(all: ReadonlyArray<A>, matches: (a: A) => boolean): ReadonlyArray<A> => {
  const matching = all.filter(matches)
  return matching.length > 0 ? matching : all
}

/**
 * Groups the variants with a size by effective pixel ratio. Keeps the best variants of each group, with all
 * ties, and all variants without a size.
 */
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

/**
 * Applies the parts of the filter in the order of http-api.md §5.3. The result is empty only if the input is
 * empty.
 */
export const filterVariants = <A extends SelectableVariant>(
  all: ReadonlyArray<A>,
  filter: MobileFilter,
): ReadonlyArray<A> => {
  const { size, pixelRatio, minBandwidth, maxBandwidth } = filter
  const fitting = size === null ? all : bestOfEachRatio(all, size, pixelRatio)
  const aboveMinimum = filterUnlessEmpty(fitting, ({ bandwidth }) => bandwidth >= minBandwidth)
  return filterUnlessEmpty(aboveMinimum, ({ bandwidth }) => bandwidth <= maxBandwidth)
}
