import { E, pipe } from '../../fp.ts'
import { type Refused, refused } from '../shared/errors.ts'
import { primariesByCode } from './cicp.ts'
import { noColourTags, type SourceColour, sourceColour } from './source-colour.ts'

/**
 * The colour tags of a video: code points of ITU-T H.273. Code point 2 means "unspecified". Any reserved or
 * unknown code point is treated like 2.
 */
export type VideoColourTags = {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  /**
   * Whether the matrix comes from the container. The matrix of the container takes precedence over that of
   * the frames, which engines use by default.
   */
  readonly isMatrixOfContainer: boolean
}

const unspecified = 2

/**
 * Replaces each tag of a video by that of its container, if the container specifies it. A reserved code point
 * of the container also replaces the tag, because some engines report the tag of the container, and others
 * that of the video.
 */
export const withContainerTags = (
  tags: VideoColourTags,
  container: Omit<VideoColourTags, 'isMatrixOfContainer'>,
): VideoColourTags => ({
  primaries: container.primaries === unspecified ? tags.primaries : container.primaries,
  transfer: container.transfer === unspecified ? tags.transfer : container.transfer,
  matrix: container.matrix === unspecified ? tags.matrix : container.matrix,
  isMatrixOfContainer: container.matrix !== unspecified,
})

export type VideoMatrixCode = 1 | 4 | 5 | 6 | 7 | 9 | 10

/** How luma and chroma of a video convert to R'G'B', and which colours the R'G'B' values define. */
export type VideoColour = {
  /** Code point of the matrix (H.273); `null` if each frame states its own matrix, which is then used. */
  readonly matrix: VideoMatrixCode | null
  /**
   * Colours of the R'G'B' values. `Srgb` means that they are shown as sRGB without conversion, which is also
   * the case for BT.709.
   */
  readonly meaning: SourceColour
}

const bt709 = 1
const bt601 = 5
const bt2020 = 9

/** Matrices that all engines support. */
const supportedMatrices: ReadonlyMap<number, VideoMatrixCode> = new Map(
  ([1, 4, 5, 6, 7, 9, 10] as const).map((code) => [code, code]),
)

/**
 * Matrices that are refused: YCgCo, SMPTE 2085, ICtCp, IPT-C2 and YCgCo-R. Other unsupported code points are
 * ignored. The code point for RGB (0) is ignored: some videos have it that are not RGB, and RGB videos need
 * no matrix. Chroma derived from the primaries (12, 13) uses the matrix of the standard that defines those
 * primaries.
 */
const refusedMatrices: ReadonlySet<number> = new Set([8, 11, 14, 15, 16, 17])

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
 * Determines the colours of a video. Untagged video has the primaries and the curve of sRGB. HDR without
 * primaries or matrix has those of BT.2020. `size` is the coded size in pixels. Fails with Refused if no
 * engine can convert the colours, because the exports would have wrong colours.
 */
export const videoColour = (tags: VideoColourTags, size: Size): E.Either<Refused, VideoColour> => {
  const { matrix } = tags
  if (refusedMatrices.has(matrix))
    return E.left(refused(`its colour matrix (${matrix}) is not supported: save it as BT.709`))
  const supported = supportedMatrices.get(matrix)
  const hasPrimaries = primariesByCode.has(tags.primaries)
  const primaries = isHdr(tags) && !hasPrimaries ? bt2020 : tags.primaries
  return pipe(
    // Browsers show the primaries of 525-line BT.601 as if they were those of sRGB, so these count as sRGB.
    sourceColour(
      Object.assign({}, noColourTags, {
        container: 'video' as const,
        cicp: { primaries: shownAsSrgb.has(primaries) ? bt709 : primaries, transfer: tags.transfer },
      }),
    ),
    E.map((meaning) => ({
      matrix: matrixFor(supported, tags, primaries === bt2020 ? bt2020 : defaultMatrix(size)),
      meaning,
    })),
  )
}

const matrixFor = (
  supported: VideoMatrixCode | undefined,
  { isMatrixOfContainer }: VideoColourTags,
  fallback: VideoMatrixCode,
): VideoMatrixCode | null => {
  if (supported === undefined) return fallback
  return isMatrixOfContainer ? supported : null
}
