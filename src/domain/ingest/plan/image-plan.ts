import { type LeftOut, leftOutWarnings } from './left-out.ts'

/** The properties of a source image, after the EXIF orientation was applied. */
export type ImageFacts = {
  /** Size in pixels. */
  readonly width: number
  readonly height: number
  /** Whether some pixel is transparent. A fully opaque alpha channel does not count. */
  readonly hasAlpha: boolean
  /** Whether the image is an animation. If so, the exports show one frame. */
  readonly isAnimated: boolean
  /** Number of images in the file that are not animation frames. The exports show one of them. */
  readonly pages: number
  /** Whether the image is brighter than an sRGB display can show. If so, the exports are tone-mapped. */
  readonly isHdr: boolean
  /** Other content of the file that no export shows, with one entry for each item. */
  readonly leftOut: ReadonlyArray<LeftOut>
}

/** An export to make. `width` is a maximum, because no export is wider than the source. */
export type ImageTarget = { readonly format: 'avif' | 'webp' | 'jpeg' | 'png'; readonly width: number }

type Format = ImageTarget['format']
type Shape = Pick<ImageFacts, 'width' | 'height' | 'hasAlpha'>

const rungs = [320, 640, 1280, 1920, 2560, 3840]
const widest = 3840

/**
 * If the source is wider than a rung of the ladder by less than this factor, the width of the source replaces
 * that rung.
 */
const margin = 1.2

/**
 * Maximum width of AVIF in pixels. The encoding of a wider export would take more time than the smaller file
 * saves for viewers.
 */
const widestAvif = 2560

/**
 * Maximum width and height in pixels that a format supports and that viewers can decode. WebP: RFC 9649 §2.7
 * gives 14 bits, and libwebp does not use the last value. AVIF: 16,384 is the limit of libheif's encoder.
 * JPEG: the limit of libjpeg. PNG supports more than any viewer displays, so it has the limit of JPEG.
 */
export const maxSideByFormat: Readonly<Record<Format, number>> = {
  avif: 16_384,
  webp: 16_383,
  jpeg: 65_500,
  png: 65_500,
}

/** Maximum number of pixels of an image in AVIF's Advanced profile (AV1 level 6). */
const largestAvif = 35_651_584

/**
 * Returns the exports to make, narrowest first, with all formats of one width together: AVIF, WebP, and the
 * format that every client reads (JPEG, or PNG with alpha). No export is wider than the source, and there is
 * at least one. If a format does not support a size, only the export of that format and size is omitted.
 */
export const planImage = (shape: Shape): ReadonlyArray<ImageTarget> => {
  const heightAt = (width: number): number => Math.round((shape.height * width) / shape.width)
  const supports = (format: Format, width: number): boolean =>
    Math.max(width, heightAt(width)) <= maxSideByFormat[format] &&
    (format !== 'avif' || width * heightAt(width) <= largestAvif)
  const targetsOf = (format: Format, widths: ReadonlyArray<number>): ReadonlyArray<ImageTarget> =>
    widths.map((width) => ({ format, width }))

  const universal = shape.hasAlpha ? 'png' : 'jpeg'
  return [
    ...targetsOf(
      'avif',
      ladder(Math.min(shape.width, widestAvif)).filter((width) => supports('avif', width)),
    ),
    ...targetsOf(
      'webp',
      ladder(shape.width).filter((width) => supports('webp', width)),
    ),
    ...targetsOf(universal, ladder(widestSupported(shape, maxSideByFormat[universal]))),
  ].sort((a, b) => a.width - b.width)
}

/**
 * Returns the width of the source, or a smaller width if the height would exceed `side`, so that the format
 * that every client reads can always be made.
 */
const widestSupported = ({ width, height }: Shape, side: number): number =>
  height <= side ? width : Math.max(1, Math.floor((width * side) / height))

/** Returns the rungs below `top`, and `top` itself. `top` replaces a rung that is nearly as wide. */
const ladder = (top: number): ReadonlyArray<number> => {
  const largest = Math.min(top, widest)
  const below = rungs.filter((rung) => rung < largest)
  const nearest = below.at(-1)
  return nearest !== undefined && largest < nearest * margin
    ? [...below.slice(0, -1), largest]
    : [...below, largest]
}

/** Returns messages about what is missing in the exports, one line each. */
export const imageWarnings = ({ isAnimated, pages, isHdr, leftOut }: ImageFacts): ReadonlyArray<string> => [
  ...(isAnimated
    ? ['an animation: its exports show one frame and do not move; add it as MP4 to keep its motion']
    : []),
  ...(pages > 1 ? [`${pages} pictures in one file: the exports show one of them`] : []),
  ...(isHdr ? ['HDR: its exports are tone-mapped to the range of sRGB'] : []),
  ...leftOutWarnings(leftOut),
]
