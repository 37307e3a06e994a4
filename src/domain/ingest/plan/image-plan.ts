/** What is known of a picture before anything is made of it. Upright, after EXIF orientation. */
export type ImageFacts = {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Something shines through: an alpha channel that is opaque throughout does not count. */
  readonly hasAlpha: boolean
  /** It moves; its exports are of one frame. */
  readonly isAnimated: boolean
  /** Pictures that the file holds beside frames; its exports are of one. */
  readonly pages: number
  /** Its light is brighter than a display of sRGB; its exports are tone-mapped. */
  readonly isHdr: boolean
}

/** One export to make: as wide as `width`, or as the source if that is narrower. */
export type ImageTarget = { readonly format: 'avif' | 'webp' | 'jpeg' | 'png'; readonly width: number }

type Format = ImageTarget['format']
type Shape = Pick<ImageFacts, 'width' | 'height' | 'hasAlpha'>

const rungs = [320, 640, 1280, 1920, 2560, 3840]
const widest = 3840

/** A source that is wider than a rung by less than this has its own width in place of that rung. */
const margin = 1.2

/** Above this an AVIF costs more time than its viewers win. */
const widestAvif = 2560

/**
 * The longest side that a format can hold, and that viewers decode. WebP: RFC 9649 §2.7 gives 14 bits, and libwebp
 * keeps the last value free. AVIF: 16,384 is the limit of libheif's encoder. JPEG: that of libjpeg. PNG could hold
 * more than any viewer shows, so it is held to what JPEG can.
 */
export const longestSide: Readonly<Record<Format, number>> = {
  avif: 16_384,
  webp: 16_383,
  jpeg: 65_500,
  png: 65_500,
}

/** The largest picture of AVIF's Advanced profile (AV1 level 6). */
const largestAvif = 35_651_584

/**
 * The exports of a picture, narrowest first, all formats of one width together: AVIF, WebP, and what every
 * client can read, JPEG, or PNG for a picture with alpha. Never wider than the source, never none. A format that
 * cannot hold a size is left out of that size alone.
 */
export const planImage = (shape: Shape): ReadonlyArray<ImageTarget> => {
  const heightAt = (width: number): number => Math.round((shape.height * width) / shape.width)
  const holds = (format: Format, width: number): boolean =>
    Math.max(width, heightAt(width)) <= longestSide[format] &&
    (format !== 'avif' || width * heightAt(width) <= largestAvif)
  const targetsOf = (format: Format, widths: ReadonlyArray<number>): ReadonlyArray<ImageTarget> =>
    widths.map((width) => ({ format, width }))

  const known = shape.hasAlpha ? 'png' : 'jpeg'
  return [
    ...targetsOf(
      'avif',
      ladder(Math.min(shape.width, widestAvif)).filter((width) => holds('avif', width)),
    ),
    ...targetsOf(
      'webp',
      ladder(shape.width).filter((width) => holds('webp', width)),
    ),
    ...targetsOf(known, ladder(widestHeld(shape, longestSide[known]))),
  ].sort((a, b) => a.width - b.width)
}

/** The width of the source, or less where it would be too high: what every client can read is never left out. */
const widestHeld = ({ width, height }: Shape, side: number): number =>
  height <= side ? width : Math.max(1, Math.floor((width * side) / height))

/** Rungs up to `top`, which is a rung of its own: in place of the one below it, if that is nearly as wide. */
const ladder = (top: number): ReadonlyArray<number> => {
  const own = Math.min(top, widest)
  const below = rungs.filter((rung) => rung < own)
  const nearest = below.at(-1)
  return nearest !== undefined && own < nearest * margin ? [...below.slice(0, -1), own] : [...below, own]
}

/** What a person should know of what was lost on the way to the exports, a line each. */
export const pictureWarnings = ({ isAnimated, pages, isHdr }: ImageFacts): ReadonlyArray<string> => [
  ...(isAnimated
    ? ['an animation: its exports show one frame and do not move; add it as MP4 to keep its motion']
    : []),
  ...(pages > 1 ? [`${pages} pictures in one file: the exports show one of them`] : []),
  ...(isHdr ? ['HDR: its exports are tone-mapped to the range of sRGB'] : []),
]
