import type { SourceColour } from '../../domain/colour/source-colour.ts'
import { type VideoColour, type VideoMatrixCode, videoColour } from '../../domain/colour/video-colour.ts'
import type { VideoRung, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'

/** FFmpeg's names of the matrices (by H.273 code) that convert luma and chroma to RGB. */
const matrixNames = {
  1: 'bt709',
  4: 'fcc',
  5: 'bt601',
  6: 'bt601',
  7: 'smpte240m',
  9: 'bt2020',
  10: 'bt2020',
} as const satisfies Readonly<Record<VideoMatrixCode, string>>

/** Throws on unsupported colours: probing has already refused such a video. */
export const videoColourOf = ({ colour, codedWidth, codedHeight }: VideoSource): VideoColour => {
  const decided = videoColour(colour, { width: codedWidth, height: codedHeight })
  if (E.isLeft(decided)) throw new Error(decided.left.message)
  return decided.right
}

/** Returns whether a conversion of matrix and range is not enough. */
export const needsColourCube = (
  colour: SourceColour,
): colour is Extract<SourceColour, { readonly _tag: 'Encoded' }> => colour._tag === 'Encoded'

const exact = 'bicubic+accurate_rnd+full_chroma_int'

/** A matrix unlike the renditions' goes through RGB, where the fast scaler is off by five levels of 255. */
export const scalerFlags = ({ matrix }: VideoColour, { colour }: VideoSource): string =>
  (matrix ?? colour.matrix) === 1 ? 'bicubic' : exact

/** Scaler option for the source's matrix; `''` if each frame has it. */
export const inputMatrixOption = ({ matrix }: VideoColour): string =>
  matrix === null ? '' : `in_color_matrix=${matrixNames[matrix]}:`

/**
 * Filters that convert to BT.709 with a lookup table. They scale down first, since the table is applied to
 * every pixel. The result has the matrix and the range of the renditions.
 */
export const colourCubeFilters = (
  cube: string,
  colour: VideoColour,
  top: VideoRung | undefined,
): ReadonlyArray<string> => [
  `scale=${top === undefined ? '' : `${top.width}:${top.height}:`}flags=${exact}:${inputMatrixOption(colour)}out_range=pc`,
  'format=gbrp12',
  `lut3d=file=${escaped(cube)}:interp=tetrahedral`,
  'scale=flags=bicubic+accurate_rnd:out_color_matrix=bt709:out_range=tv',
  'format=yuv420p',
  // The scaler keeps the source's colour tags on each frame, which would mislead the next scaler.
  'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
]

/** Escapes an option value, then for the graph (ffmpeg-filters(1), "Notes on filtergraph escaping"). */
const escaped = (text: string): string => text.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&')
