import type { VariantChoice } from './filter-variants.ts'
import type { Size } from './size-comparison.ts'

/** Bits per second that most connections carry before a player has measured its own. */
const startBandwidth = 2_000_000
/** The same for a phone (Apple's HLS authoring specification: 730 kbit/s for cellular networks). */
const phoneStartBandwidth = 730_000

/** CSS pixels; a screen that shows fewer is taken for a phone. */
const phonePixels = 1280 * 720

/** Pictures before sound alone: a viewer who opens a film expects to see it. */
const candidatesOf = <A extends VariantChoice>(falling: ReadonlyArray<A>): ReadonlyArray<A> => {
  const withPicture = falling.filter(({ size }) => size !== null)
  return withPicture.length > 0 ? withPicture : falling
}

/**
 * The variants by falling bandwidth, but for one in front: players begin with the first variant that is listed, and
 * hls.js does not leave it before a whole segment has arrived (http-api.md §5.3). `screen`: CSS pixels, where known.
 */
export const putStartVariantFirst = <A extends VariantChoice>(
  variants: ReadonlyArray<A>,
  screen: Size | null,
): ReadonlyArray<A> => {
  const falling = [...variants].sort((a, b) => b.bandwidth - a.bandwidth)
  const isPhone = screen !== null && screen.width * screen.height < phonePixels
  const most = isPhone ? phoneStartBandwidth : startBandwidth
  const candidates = candidatesOf(falling)
  const start = candidates.find(({ bandwidth }) => bandwidth <= most) ?? candidates.at(-1)
  return start === undefined ? falling : [start, ...falling.filter((variant) => variant !== start)]
}
