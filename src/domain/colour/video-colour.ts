import { E, pipe } from '../../fp.ts'
import { type Refused, refused } from '../shared/errors.ts'
import { primariesByCode } from './cicp.ts'
import { noColourTags, type SourceColour, sourceColour } from './source-colour.ts'

/** The colour tags of a video: code points of ITU-T H.273. 2: unspecified. */
export type VideoColourTags = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
}

export const unspecifiedVideoColourTags: VideoColourTags = { primaries: 2, transfer: 2, matrix: 2 }

/** How luma and chroma convert to R'G'B', and which colours these values mean. */
export type VideoColour = {
  /** A code point of H.273; `null`: use the matrix that each frame is tagged with. */
  readonly matrix: 1 | 5 | 9 | null
  /** `Srgb`: shown as sRGB without conversion; includes BT.709. */
  readonly meaning: SourceColour
}

const bt709 = 1
const bt601 = 5
const bt2020 = 9

/** Matrices that all engines support. */
const supportedMatrices: ReadonlySet<number> = new Set([1, 4, 5, 6, 7, 9, 10])

/**
 * Ignored matrices. RGB (0) is set on videos that are not RGB, and does not matter for those that are. Chroma
 * derived from the primaries (12, 13) uses the matrix of the standard that defines those primaries.
 */
const ignoredMatrices: ReadonlySet<number> = new Set([0, 2, 3, 12, 13])

const shownAsSrgb: ReadonlySet<number> = new Set([6, 7])

const pq = 16
const hlg = 18

export const isHdr = ({ transfer }: VideoColourTags): boolean => transfer === pq || transfer === hlg

type Size = { readonly width: number; readonly height: number }

/** Chooses the matrix of untagged frames by size, as players do. */
const defaultMatrix = ({ width, height }: Size): 1 | 5 => {
  const [long, short] = [Math.max(width, height), Math.min(width, height)]
  return long >= 1280 || short > 576 ? bt709 : bt601
}

/**
 * Determines what the colours of a video mean. Untagged video has the primaries and the curve of sRGB. HDR
 * without primaries or matrix has those of BT.2020. `size`: as coded. Fails with Refused if no engine can
 * convert the colours, because the exports would have wrong colours.
 */
export const videoColour = (tags: VideoColourTags, size: Size): E.Either<Refused, VideoColour> => {
  const { matrix } = tags
  if (!supportedMatrices.has(matrix) && !ignoredMatrices.has(matrix))
    return E.left(
      refused(`its colours are coded in a way that is not read (matrix ${matrix}): save it as BT.709`),
    )
  const hasPrimaries = primariesByCode.has(tags.primaries)
  const primaries = isHdr(tags) && !hasPrimaries ? bt2020 : tags.primaries
  return pipe(
    // Browsers show the primaries of 525-line BT.601 as if they were those of sRGB.
    sourceColour(
      Object.assign({}, noColourTags, {
        container: 'film' as const,
        cicp: { primaries: shownAsSrgb.has(primaries) ? bt709 : primaries, transfer: tags.transfer },
      }),
    ),
    E.map((meaning) => ({
      matrix: ignoredMatrices.has(matrix) ? (primaries === bt2020 ? bt2020 : defaultMatrix(size)) : null,
      meaning,
    })),
  )
}
