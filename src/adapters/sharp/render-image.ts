import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import type { ImageTarget } from '../../domain/ingest/plan/image-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import type { RenderedImage } from '../../ports/image-processor.ts'
import { type DecodedPixels, decodePixels, fromPixels, scalePixels } from './decode-pixels.ts'
import type { OpenedImage } from './open-image.ts'

/**
 * Decodes the image once, at the widest target's width, and scales the other targets from the result. This
 * takes half the time of a separate decode for each target. The formats of one width are encoded in parallel,
 * because WebP and JPEG use only one core.
 */
export const renderImage =
  (
    opened: OpenedImage,
    targets: ReadonlyArray<ImageTarget>,
    folder: string,
    onProgress: (fraction: number) => void,
  ): TE.TaskEither<Refused | Unavailable, ReadonlyArray<RenderedImage>> =>
  async () => {
    const images: RenderedImage[] = []
    const widths = [...new Set(targets.map(({ width }) => width))].sort((a, b) => a - b)
    const reportDone = progressOf(targets, onProgress)
    const { header, refuseOnDecoderError } = opened

    const source = await refuseOnDecoderError(() => decodePixels(opened, widths.at(-1) ?? 1))()
    if (E.isLeft(source)) return source

    for (const width of widths) {
      const pixels = await refuseOnDecoderError(() => scalePixels(fromPixels(source.right), width))()
      if (E.isLeft(pixels)) return pixels
      const thumbhash = await thumbhashOf(pixels.right)

      const encoded = await Promise.all(
        targets
          .filter((target) => target.width === width)
          .map(async (target) => {
            const image = await encode(pixels.right, target, header.isPalette, folder)()
            if (E.isRight(image)) reportDone(target)
            return image
          }),
      )
      for (const image of encoded) {
        if (E.isLeft(image)) return image
        images.push({ ...image.right, thumbhash })
      }
    }
    return E.right(images)
  }

/**
 * Encoder options. The qualities give equal SSIM on photographs (docs/media.md, scripts/weigh-pictures.mjs).
 * Encoding AVIF with effort 3 takes 40 % of the time of effort 4, and the file has 5 % more bytes.
 */
export const encoderOptions = {
  avif: { quality: 50, effort: 3 },
  webp: { quality: 72, effort: 4 },
  jpeg: { quality: 72, mozjpeg: true },
  png: { compressionLevel: 9 },
} as const

const encoders: Readonly<Record<ImageTarget['format'], (image: Sharp, isPalette: boolean) => Sharp>> = {
  avif: (image) => image.avif(encoderOptions.avif),
  webp: (image) => image.webp(encoderOptions.webp),
  jpeg: (image) => image.jpeg(encoderOptions.jpeg),
  // A palette image is encoded as a palette image, with a quarter of the bytes.
  png: (image, isPalette) => image.png({ ...encoderOptions.png, palette: isPalette }),
}

const encode =
  (
    pixels: DecodedPixels,
    { format, width }: ImageTarget,
    isPalette: boolean,
    folder: string,
  ): TE.TaskEither<Refused | Unavailable, Omit<RenderedImage, 'thumbhash'>> =>
  async () => {
    const encoded = await TE.tryCatch(
      () => encoders[format](fromPixels(pixels), isPalette).toBuffer(),
      () => refused(`the picture cannot be encoded as ${format}: save it with other dimensions or colours`),
    )()
    if (E.isLeft(encoded)) return encoded

    const path = join(folder, `${width}.${format}`)
    const written = await TE.tryCatch(() => writeFile(path, encoded.right), unavailable('scratch folder'))()
    if (E.isLeft(written)) return written
    const { width: pixelWidth, height } = pixels.info
    return E.right({ path, format, width: pixelWidth, height, size: encoded.right.length })
  }

const thumbhashOf = async (pixels: DecodedPixels): Promise<string> => {
  const { data, info } = await fromPixels(pixels)
    .resize(100, 100, { fit: 'inside' })
    .toColourspace('srgb') // otherwise a greyscale image would keep its only channel
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64url')
}

/**
 * Approximate encoding time per pixel, relative to JPEG. These numbers make the reported progress
 * proportional to time.
 */
const cost = { avif: 8, webp: 1, jpeg: 1, png: 2 }

const progressOf = (targets: ReadonlyArray<ImageTarget>, onProgress: (fraction: number) => void) => {
  const costOf = ({ format, width }: ImageTarget): number => cost[format] * width ** 2
  const total = targets.reduce((sum, target) => sum + costOf(target), 0)
  let done = 0
  return (target: ImageTarget): void => {
    done += costOf(target)
    onProgress(done / total)
  }
}
