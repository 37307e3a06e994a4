import { createFieldReader } from './isobmff.ts'

/** The matrix of a track whose frames are shown exactly as they are decoded (ISO/IEC 14496-12 §6.2.2). */
export const UPRIGHT_MATRIX = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]

type TrackHeader = {
  readonly id: number
  /** Whether players neither rotate, mirror nor stretch the frames. */
  readonly isUpright: boolean
  /** Position of the matrix in bytes from the start of the payload. */
  readonly matrixOffset: number
}

/** Reads the payload of a TrackHeaderBox (ISO/IEC 14496-12 §8.3.2). */
export const readTrackHeader = (tkhd: Uint8Array): TrackHeader => {
  const fields = createFieldReader(tkhd, 'tkhd')
  const isLarge = fields.u8() === 1
  fields.skip(3 + (isLarge ? 16 : 8))
  const id = fields.u32()
  fields.skip(isLarge ? 28 : 24)
  const matrixOffset = fields.position()
  const matrix = UPRIGHT_MATRIX.map(() => fields.u32())
  return { id, matrixOffset, isUpright: matrix.every((value, i) => value === UPRIGHT_MATRIX[i]) }
}
