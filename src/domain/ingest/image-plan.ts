/** What is known of a picture before anything is made of it. Upright, after EXIF orientation. */
export type ImageFacts = {
  readonly width: number
  readonly height: number
  readonly hasAlpha: boolean
}

/** One export to make: as wide as `width`, or as the source if that is narrower. */
export type ImageTarget = { readonly format: 'avif' | 'webp' | 'jpeg' | 'png'; readonly width: number }
