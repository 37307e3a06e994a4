import { type FilmColour, filmColour } from '../../domain/colour/film-colour.ts'
import type { SourceColour } from '../../domain/colour/source-colour.ts'
import type { VideoRung, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'

/** FFmpeg's words for how luma and chroma become RGB. */
const matrixNames = { 1: 'bt709', 5: 'bt601', 9: 'bt2020' } as const

/** A film that is refused for its colours is refused when it is probed. */
export const colourOf = ({ colour, codedWidth, codedHeight }: VideoSource): FilmColour => {
  const decided = filmColour(colour, { width: codedWidth, height: codedHeight })
  if (E.isLeft(decided)) throw new Error(decided.left.message)
  return decided.right
}

/** What has to be converted, for more than its matrix and its range. */
export const needsCube = (
  colour: SourceColour,
): colour is Extract<SourceColour, { readonly _tag: 'Encoded' }> => colour._tag === 'Encoded'

const exact = 'bicubic+accurate_rnd+full_chroma_int'

/** A matrix that is not that of the renditions goes through RGB, where haste costs five levels of 255. */
export const scalerFlags = ({ matrix }: FilmColour, { colour }: VideoSource): string =>
  (matrix ?? colour.matrix) === 1 ? 'bicubic' : exact

/** As an option of a scaler: `''` where each picture says it. */
export const inputMatrix = ({ matrix }: FilmColour): string =>
  matrix === null ? '' : `in_color_matrix=${matrixNames[matrix]}:`

/**
 * To BT.709 through a table; scaled down first, since it goes over every pixel. What comes after it has the matrix and
 * the range of the renditions.
 */
export const throughCube = (
  cube: string,
  colour: FilmColour,
  top: VideoRung | undefined,
): ReadonlyArray<string> => [
  `scale=${top === undefined ? '' : `${top.width}:${top.height}:`}flags=${exact}:${inputMatrix(colour)}out_range=pc`,
  'format=gbrp12',
  `lut3d=file=${escaped(cube)}:interp=tetrahedral`,
  'scale=flags=bicubic+accurate_rnd:out_color_matrix=bt709:out_range=tv',
  'format=yuv420p',
  // The scaler leaves the source's word on each picture, and the next one would believe it.
  'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
]

/** As the value of an option, and then as words of a graph: ffmpeg-filters(1), "Notes on filtergraph escaping". */
const escaped = (text: string): string => text.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&')
