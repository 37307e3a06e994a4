import type { Metadata } from 'sharp'
import { noColourTags, type SourceColour, sourceColour } from '../../../domain/colour/source-colour.ts'
import type { Refused } from '../../../domain/shared/errors.ts'
import type { E } from '../../../fp.ts'
import { readHeifHeader } from './heif-header.ts'
import { readPngHeader } from './png-header.ts'
import type { ReadAt } from './read-at.ts'
import { countPreviews } from './tiff-header.ts'

/** Facts from the header that libvips does not report. */
export type HeaderFacts = {
  readonly colour: E.Either<Refused, SourceColour>
  readonly isAnimated: boolean
  /** Number of images, without frames of an animation and smaller versions of another image. */
  readonly pages: number
}

/** Formats whose pages are frames of an animation. */
const animatable = new Set(['gif', 'webp'])

export const readHeaderFacts = async (readAt: ReadAt, header: Metadata): Promise<HeaderFacts> => {
  const { format, pages = 1, hasProfile, space } = header
  if (format === 'png') {
    const { colour, isAnimated } = await readPngHeader(readAt, hasProfile)
    return { colour: sourceColour(colour), isAnimated, pages: 1 }
  }
  if (format === 'heif') {
    const isSequence = (await readAt(4, 8)).toString('latin1') === 'ftypavis'
    return { colour: sourceColour(await readHeifHeader(readAt, hasProfile)), isAnimated: isSequence, pages }
  }
  const tags = Object.assign({}, noColourTags, { hasIccProfile: hasProfile, isCmyk: space === 'cmyk' })
  const isAnimatable = animatable.has(format)
  return {
    colour: sourceColour(tags),
    isAnimated: isAnimatable && pages > 1,
    pages: isAnimatable ? 1 : format === 'tiff' ? Math.max(1, pages - (await countPreviews(readAt))) : pages,
  }
}
