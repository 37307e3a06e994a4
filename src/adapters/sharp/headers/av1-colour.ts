import type { Cicp } from '../../../domain/colour/cicp.ts'
import { createBitReader } from '../../platform/bit-reader.ts'

/** Returns the payload of the first sequence header OBU (AV1 §5.3). */
const sequenceHeaderIn = (data: Buffer): Buffer | null => {
  let at = 0
  while (at < data.length) {
    const head = data[at] ?? 0
    at += head & 4 ? 2 : 1
    let size = data.length - at
    if (head & 2) {
      size = 0
      for (let i = 0; i < 8; i += 1) {
        const byte = data[at] ?? 0
        at += 1
        size += (byte & 0x7f) * 128 ** i
        if (byte < 0x80) break
      }
    }
    if (((head >> 3) & 15) === 1) return data.subarray(at, at + size)
    at += size
  }
  return null
}

/**
 * Returns the colour code points in the sequence header of a still image (AV1 §5.5), for a file without a
 * `colr` box. Returns `null` if there are none, or if the header is not the reduced header that encoders of
 * still images write.
 */
export const av1Colour = (obus: Buffer): Cicp | null => {
  const header = sequenceHeaderIn(obus)
  if (header === null) return null
  const { bits } = createBitReader(header, () => 0)
  const profile = bits(3)
  bits(1) // still_picture
  const isReduced = bits(1) === 1
  if (!isReduced) return null
  bits(5) // seq_level_idx
  const sizeBits = bits(4) + 1 + bits(4) + 1
  bits(sizeBits)
  bits(3) // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  bits(3) // enable_superres, enable_cdef, enable_restoration
  const isDeep = bits(1) === 1
  if (profile === 2 && isDeep) bits(1) // twelve_bit
  if (profile !== 1) bits(1) // mono_chrome
  return bits(1) === 1 ? { primaries: bits(8), transfer: bits(8) } : null
}
