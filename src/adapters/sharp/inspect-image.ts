import type { Sharp } from 'sharp'
import type { ImageFacts } from '../../domain/ingest/plan/image-plan.ts'
import type { Refused, Unavailable } from '../../domain/shared/errors.ts'
import { pipe, TE } from '../../fp.ts'
import type { OpenedImage } from './open-image.ts'

/** Decodes the image to its last row, because only that shows whether the file is complete. */
export const inspectImage = ({
  header,
  facts,
  colour,
  isRepaired,
  decode,
  refuseOnDecoderError,
  leftOut,
}: OpenedImage): TE.TaskEither<Refused | Unavailable, ImageFacts> =>
  pipe(
    refuseOnDecoderError(() => decodesWithAlpha(header.hasAlpha, isRepaired, decode())),
    TE.bindTo('hasAlpha'),
    TE.bindW('leftOut', () => leftOut),
    TE.map(({ hasAlpha, leftOut }) => ({
      width: header.autoOrient.width,
      height: header.autoOrient.height,
      hasAlpha,
      isAnimated: facts.isAnimated,
      pages: facts.pages,
      isHdr: colour._tag === 'Encoded' && colour.transfer.range === 'hdr',
      leftOut,
    })),
  )

const decodesWithAlpha = async (hasAlpha: boolean, isRepaired: boolean, image: Sharp): Promise<boolean> => {
  if (hasAlpha) return hasTransparentPixel(image)
  // At an eighth of its size, a JPEG is decoded in a fraction of the time, but is still read nearly to its
  // end.
  const decoder = isRepaired ? image.extractChannel(0) : image.resize(100, 100, { fit: 'inside' })
  await decoder.raw().toBuffer()
  return false
}

const hasTransparentPixel = async (image: Sharp): Promise<boolean> => {
  const alpha = await image.extractChannel('alpha').raw().toBuffer()
  return alpha.some((value) => value !== 255)
}
