import type { Sharp } from 'sharp'
import type { ImageFacts } from '../../domain/ingest/plan/image-plan.ts'
import type { Refused } from '../../domain/shared/errors.ts'
import type { TE } from '../../fp.ts'
import { decoding, type Picture } from './open-picture.ts'

/** Decodes the picture to its last row: a header tells nothing of what is missing further down. */
export const inspectPicture = ({
  header,
  facts,
  colour,
  isMended,
  decode,
}: Picture): TE.TaskEither<Refused, ImageFacts> =>
  decoding(async () => ({
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    hasAlpha: await decodesWithAlpha(header.hasAlpha, isMended, decode()),
    isAnimated: facts.isAnimated,
    pages: header.format === 'gif' || header.format === 'webp' ? 1 : (header.pages ?? 1),
    isHdr: colour._tag === 'Encoded' && colour.transfer.range === 'hdr',
  }))

const decodesWithAlpha = async (hasAlpha: boolean, isMended: boolean, picture: Sharp): Promise<boolean> => {
  if (hasAlpha) return shinesThrough(picture)
  // A JPEG is read nearly to its end also at an eighth of its size, for a fraction of the time.
  const looked = isMended ? picture.extractChannel(0) : picture.resize(100, 100, { fit: 'inside' })
  await looked.raw().toBuffer()
  return false
}

const shinesThrough = async (picture: Sharp): Promise<boolean> => {
  const alpha = await picture.extractChannel('alpha').raw().toBuffer()
  return alpha.some((value) => value !== 255)
}
