import type { VideoColourTags } from '../../src/domain/colour/video-colour.ts'

export const unspecifiedVideoColourTags: VideoColourTags = {
  primaries: 2,
  transfer: 2,
  matrix: 2,
  isMatrixOfContainer: false,
}
