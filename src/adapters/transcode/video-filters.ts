import type { SourceColour } from '../../domain/colour/source-colour.ts'
import { type VideoColour, type VideoMatrixCode, videoColour } from '../../domain/colour/video-colour.ts'
import type { VideoRung, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { E } from '../../fp.ts'

/** FFmpeg's names of the matrices that convert luma and chroma to RGB, by the code of H.273. */
const matrixNames = {
  1: 'bt709',
  4: 'fcc',
  5: 'bt601',
  6: 'bt601',
  7: 'smpte240m',
  9: 'bt2020',
  10: 'bt2020',
} as const satisfies Readonly<Record<VideoMatrixCode, string>>

/**
 * Returns the colour of a video. Throws for unsupported colours, but probing has already refused such a
 * video.
 */
export const videoColourOf = ({ colour, codedWidth, codedHeight }: VideoSource): VideoColour => {
  const decided = videoColour(colour, { width: codedWidth, height: codedHeight })
  if (E.isLeft(decided)) throw new Error(decided.left.message)
  return decided.right
}

/** Returns whether colours need more than a conversion of matrix and range. */
export const needsColourCube = (
  colour: SourceColour,
): colour is Extract<SourceColour, { readonly _tag: 'Encoded' }> => colour._tag === 'Encoded'

const exact = 'bicubic+accurate_rnd+full_chroma_int'

/**
 * Returns scaler flags. If the source has another matrix than the renditions, the scaler converts to RGB and
 * back, and the fast scaler would deviate by five levels of 255.
 */
export const scalerFlags = ({ matrix }: VideoColour, { colour }: VideoSource): string =>
  (matrix ?? colour.matrix) === 1 ? 'bicubic' : exact

/** Returns the scaler option with the source's matrix; `''` if each frame states its matrix. */
export const inputMatrixOption = ({ matrix }: VideoColour): string =>
  matrix === null ? '' : `in_color_matrix=${matrixNames[matrix]}:`

/**
 * Returns filters that convert colours to BT.709 with a lookup table. They first reduce the size, because the
 * table is applied to every pixel. The result has the matrix and the range of the renditions.
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
  // The scaler leaves the source's colour tags on each frame, and they would mislead the next scaler.
  'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
]

/**
 * Escapes an option's value, and then the result for the filter graph (ffmpeg-filters(1), "Notes on
 * filtergraph escaping").
 */
const escaped = (text: string): string => text.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&')
