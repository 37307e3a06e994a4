/** What is known of a picture before anything is made of it. Upright, after EXIF orientation. */
export type ImageFacts = {
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Something shines through: an alpha channel that is opaque throughout does not count. */
  readonly hasAlpha: boolean
}

/** One export to make: as wide as `width`, or as the source if that is narrower. */
export type ImageTarget = { readonly format: 'avif' | 'webp' | 'jpeg' | 'png'; readonly width: number }

const rungs = [320, 640, 1280, 1920, 2560, 3840]

/** The source's own width is a rung of its own only when it is this much wider than the one below it. */
const margin = 1.2

/** Above this an AVIF costs more time than its viewers win. */
const widestAvif = 2560

/** The longest side that WebP can hold (RFC 9649 §2.7 gives 14 bits; libwebp keeps the last value free). */
const longestSide = 16_383

/**
 * The exports of a picture, narrowest first, all formats of one width together: AVIF, WebP, and what every
 * client can read, JPEG, or PNG for a picture with alpha. Never wider than the source, never none.
 */
export const planImage = (facts: ImageFacts): ReadonlyArray<ImageTarget> => {
  const formats = ['avif', 'webp', facts.hasAlpha ? 'png' : 'jpeg'] as const
  return ladder(widestOf(facts)).flatMap((width) =>
    formats
      .filter((format) => format !== 'avif' || width <= widestAvif)
      .map((format): ImageTarget => ({ format, width })),
  )
}

/** As wide as the source, or less if it would be too high. */
const widestOf = ({ width, height }: ImageFacts): number =>
  height <= longestSide ? width : Math.max(1, Math.floor((width * longestSide) / height))

const ladder = (widest: number): ReadonlyArray<number> => {
  const fitting = rungs.filter((rung) => rung <= widest)
  const top = fitting.at(-1) ?? 0
  const ownRung = top < Math.max(...rungs) && widest >= top * margin
  return ownRung ? [...fitting, widest] : fitting
}
