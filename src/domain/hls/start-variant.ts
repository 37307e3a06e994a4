import type { Size } from '../media/size-comparison.ts'
import type { SelectableVariant } from './filter-variants.ts'

/**
 * Bandwidth in bits per second that most connections have. The start variant is chosen by this number,
 * because the player has not measured its connection yet.
 */
const startBandwidth = 2_000_000
/**
 * The same as `startBandwidth` for phones (Apple's HLS authoring specification: 730 kbit/s for cellular
 * networks).
 */
const phoneStartBandwidth = 730_000

/** A screen with a smaller area than this (in CSS pixels) is treated as a phone. */
const phonePixels = 1280 * 720

/**
 * Returns the variants with video, or all variants if none has video: a viewer who opens a video expects to
 * see it.
 */
const candidatesOf = <A extends SelectableVariant>(descending: ReadonlyArray<A>): ReadonlyArray<A> => {
  const withVideo = descending.filter(({ size }) => size !== null)
  return withVideo.length > 0 ? withVideo : descending
}

/**
 * Sorts by descending bandwidth, but puts the start variant first: players begin with the first variant, and
 * hls.js plays that variant until a whole segment has arrived (http-api.md §5.3). `screen` is the size of the
 * screen in CSS pixels, if known.
 */
export const putStartVariantFirst = <A extends SelectableVariant>(
  variants: ReadonlyArray<A>,
  screen: Size | null,
): ReadonlyArray<A> => {
  const descending = [...variants].sort((a, b) => b.bandwidth - a.bandwidth)
  const isPhone = screen !== null && screen.width * screen.height < phonePixels
  const maxBandwidth = isPhone ? phoneStartBandwidth : startBandwidth
  const candidates = candidatesOf(descending)
  const start = candidates.find(({ bandwidth }) => bandwidth <= maxBandwidth) ?? candidates.at(-1)
  return start === undefined ? descending : [start, ...descending.filter((variant) => variant !== start)]
}
