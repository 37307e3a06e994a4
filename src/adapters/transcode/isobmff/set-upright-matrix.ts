import { open } from 'node:fs/promises'
import { boxRangesBetween, onlyBoxOf, readBoxAt, readHeaderOfType } from './isobmff-file.ts'
import { readTrackHeader, UPRIGHT_MATRIX } from './track-header.ts'

/**
 * Sets the matrix of the only track of an encoded file to "upright". ffmpeg copies the matrix of the source,
 * although the frames are already rotated, and has no option to set another matrix.
 */
export const setUprightMatrix = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const ftyp = await readHeaderOfType(file, 0, size, 'ftyp')
    const moov = await readHeaderOfType(file, ftyp.size, size, 'moov')
    const boxes = await boxRangesBetween(file, ftyp.size + moov.headerSize, ftyp.size + moov.size)
    const trak = onlyBoxOf(boxes, 'trak')
    const tkhd = onlyBoxOf(await boxRangesBetween(file, trak.start, trak.end), 'tkhd')
    const { matrixOffset } = readTrackHeader(await readBoxAt(file, tkhd))
    const matrix = Buffer.alloc(4 * UPRIGHT_MATRIX.length)
    for (const [i, value] of UPRIGHT_MATRIX.entries()) matrix.writeUInt32BE(value, 4 * i)
    await file.write(matrix, 0, matrix.length, tkhd.start + matrixOffset)
  } finally {
    await file.close()
  }
}
