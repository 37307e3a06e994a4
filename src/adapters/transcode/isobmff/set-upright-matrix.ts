import { open } from 'node:fs/promises'

const HEAD_BYTES = 4096
/** Bytes from the type of the `tkhd` box to its matrix, in versions 0 and 1 (ISO/IEC 14496-12 §8.3.2.3). */
const MATRIX_OFFSETS = [44, 56]
const UPRIGHT = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]

/**
 * Sets the matrix of an encoded file's only track to upright. ffmpeg copies the matrix of the source although
 * the frames are already rotated, and has no option for another one.
 */
export const setUprightMatrix = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const tkhd = buffer.subarray(0, bytesRead).indexOf('tkhd')
    if (tkhd === -1) return
    const matrix = Buffer.alloc(36)
    for (const [i, value] of UPRIGHT.entries()) matrix.writeUInt32BE(value, 4 * i)
    const at = tkhd + (MATRIX_OFFSETS[buffer[tkhd + 4] === 1 ? 1 : 0] ?? 0)
    await file.write(matrix, 0, matrix.length, at)
  } finally {
    await file.close()
  }
}
