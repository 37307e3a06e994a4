import type { Metadata } from 'sharp'
import { noColourTags, type SourceColour, sourceColour } from '../../../domain/colour/source-colour.ts'
import type { Refused } from '../../../domain/shared/errors.ts'
import type { E } from '../../../fp.ts'
import { readHeifHeader } from './heif-header.ts'
import { readPngHeader } from './png-header.ts'
import type { ReadAt } from './read-at.ts'

/** Facts from the header that libvips does not report. */
export type HeaderFacts = {
  readonly colour: E.Either<Refused, SourceColour>
  readonly isAnimated: boolean
}

/** Formats whose pages are frames of an animation. */
const animatable = new Set(['gif', 'webp'])

export const readHeaderFacts = async (readAt: ReadAt, header: Metadata): Promise<HeaderFacts> => {
  const { format, pages = 1, hasProfile, space } = header
  if (format === 'png') {
    const { colour, isAnimated } = await readPngHeader(readAt, hasProfile)
    return { colour: sourceColour(colour), isAnimated }
  }
  if (format === 'heif') {
    const isSequence = (await readAt(4, 8)).toString('latin1') === 'ftypavis'
    return { colour: sourceColour(await readHeifHeader(readAt, hasProfile)), isAnimated: isSequence }
  }
  const tags = Object.assign({}, noColourTags, { hasIccProfile: hasProfile, isCmyk: space === 'cmyk' })
  return { colour: sourceColour(tags), isAnimated: animatable.has(format) && pages > 1 }
}
