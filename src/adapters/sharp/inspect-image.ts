import type { Sharp } from 'sharp'
import type { ImageFacts } from '../../domain/ingest/plan/image-plan.ts'
import type { Refused } from '../../domain/shared/errors.ts'
import type { TE } from '../../fp.ts'
import { type OpenedImage, orRefuse } from './open-image.ts'

/** Decodes the image to its last row: only that shows whether the file is complete. */
export const inspectImage = ({
  header,
  facts,
  colour,
  isRepaired,
  lacksChannels,
  decode,
}: OpenedImage): TE.TaskEither<Refused, ImageFacts> =>
  orRefuse(async () => ({
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    hasAlpha: await decodesWithAlpha(header.hasAlpha, isRepaired, decode()),
    isAnimated: facts.isAnimated,
    pages: header.format === 'gif' || header.format === 'webp' ? 1 : (header.pages ?? 1),
    lacksChannels,
    isHdr: colour._tag === 'Encoded' && colour.transfer.range === 'hdr',
  }))

const decodesWithAlpha = async (hasAlpha: boolean, isRepaired: boolean, image: Sharp): Promise<boolean> => {
  if (hasAlpha) return hasTransparentPixel(image)
  // Decoding a JPEG at an eighth of its size still reads it nearly to the end, in a fraction of the time.
  const decoder = isRepaired ? image.extractChannel(0) : image.resize(100, 100, { fit: 'inside' })
  await decoder.raw().toBuffer()
  return false
}

const hasTransparentPixel = async (image: Sharp): Promise<boolean> => {
  const alpha = await image.extractChannel('alpha').raw().toBuffer()
  return alpha.some((value) => value !== 255)
}
