import { open } from 'node:fs/promises'

const HEAD_BYTES = 4096
/** ISO/IEC 14496-12 §8.3.2.3: from the type of the box to its matrix, in versions 0 and 1. */
const TO_MATRIX = [44, 56]
const UPRIGHT = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]

/**
 * Says of the one track of a file that we encoded that its pictures are upright. ffmpeg copies the matrix of the
 * source, and has no option for another, though the pictures have been turned.
 */
export const markUpright = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const tkhd = buffer.subarray(0, bytesRead).indexOf('tkhd')
    if (tkhd === -1) return
    const matrix = Buffer.alloc(36)
    for (const [i, value] of UPRIGHT.entries()) matrix.writeUInt32BE(value, 4 * i)
    const at = tkhd + (TO_MATRIX[buffer[tkhd + 4] === 1 ? 1 : 0] ?? 0)
    await file.write(matrix, 0, matrix.length, at)
  } finally {
    await file.close()
  }
}
