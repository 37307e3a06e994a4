import { E, pipe } from '../../fp.ts'
import { type Refused, refused } from '../shared/errors.ts'
import { primariesByCode } from './cicp.ts'
import { noColourTags, type SourceColour, sourceColour } from './source-colour.ts'

/** What a film says of its colours, in code points of ITU-T H.273. 2: it does not say. */
export type FilmTags = { readonly primaries: number; readonly transfer: number; readonly matrix: number }

export const noFilmTags: FilmTags = { primaries: 2, transfer: 2, matrix: 2 }

/** What its values mean: how luma and chroma become R'G'B', and what these stand for. */
export type FilmColour = {
  /** A code point of H.273; `null`: what each picture says of itself is right. */
  readonly matrix: 1 | 5 | 9 | null
  /** `Srgb`: what is shown as sRGB as it is, BT.709 among it. */
  readonly meaning: SourceColour
}

const bt709 = 1
const bt601 = 5
const bt2020 = 9

/** Matrices that every engine knows. */
const knownMatrices: ReadonlySet<number> = new Set([1, 4, 5, 6, 7, 9, 10])

/**
 * RGB (0) is said of films that are not RGB; of those that are, the matrix does not count. Chroma that is derived from
 * the primaries (12, 13) is that of the standard which has them.
 */
const saysNothing: ReadonlySet<number> = new Set([0, 2, 3, 12, 13])

const asSrgb: ReadonlySet<number> = new Set([6, 7])

const pq = 16
const hlg = 18

export const isHdr = ({ transfer }: FilmTags): boolean => transfer === pq || transfer === hlg

type Size = { readonly width: number; readonly height: number }

/** Of pictures that do not say: by their size, as players do. */
const usualMatrix = ({ width, height }: Size): 1 | 5 => {
  const [long, short] = [Math.max(width, height), Math.min(width, height)]
  return long >= 1280 || short > 576 ? bt709 : bt601
}

/**
 * Decides what the colours of a film mean. Where it says nothing, its primaries are those of sRGB and its curve is
 * shown as sRGB's; HDR without primaries or matrix has those of BT.2020. `size`: as coded. Refuses what no engine here
 * converts: it would come out in wrong colours.
 */
export const filmColour = (tags: FilmTags, size: Size): E.Either<Refused, FilmColour> => {
  const { matrix } = tags
  if (!knownMatrices.has(matrix) && !saysNothing.has(matrix))
    return E.left(
      refused(`its colours are coded in a way that is not read (matrix ${matrix}): save it as BT.709`),
    )
  const isKnown = primariesByCode.has(tags.primaries)
  const primaries = isHdr(tags) && !isKnown ? bt2020 : tags.primaries
  return pipe(
    // Browsers show what has the primaries of BT.601 with 525 lines as if they were those of sRGB.
    sourceColour(
      Object.assign({}, noColourTags, {
        container: 'film' as const,
        cicp: { primaries: asSrgb.has(primaries) ? bt709 : primaries, transfer: tags.transfer },
      }),
    ),
    E.map((meaning) => ({
      matrix: saysNothing.has(matrix) ? (primaries === bt2020 ? bt2020 : usualMatrix(size)) : null,
      meaning,
    })),
  )
}
