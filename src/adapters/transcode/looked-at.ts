import { LOOKED_AT_PICTURES } from '../../domain/ingest/plan/interlacing.ts'
import { isFramesOnly } from './isobmff/h264-sequence.ts'

/**
 * Returns how many of the first frames are decoded to detect interlacing. One is enough (for its timestamp) if an
 * H.264 stream declares that it has only frames. `codecData`: the decoder configuration of the container: avcC
 * (ISO/IEC 14496-15 §5.3.3.1), or units with start codes (ITU-T H.264 annex B).
 */
export const lookedAtPictures = (codec: string, codecData: Uint8Array | null): number =>
  codec === 'h264' && codecData !== null && declaresFramesOnly(codecData) ? 1 : LOOKED_AT_PICTURES

const declaresFramesOnly = (codecData: Uint8Array): boolean => {
  const units = codecData[0] === 1 ? unitsOfAvcC(codecData) : unitsAfterStartCodes(codecData)
  const sequences = units.filter(([header = 0]) => (header & 31) === SEQUENCE)
  try {
    return sequences.length > 0 && sequences.every(isFramesOnly)
  } catch {
    // The decoder may still be able to read it.
    return false
  }
}

/** Type of a NAL unit (ITU-T H.264, table 7-1). */
const SEQUENCE = 7

/** Sequence parameter sets in avcC. */
const unitsOfAvcC = (codecData: Uint8Array): ReadonlyArray<Uint8Array> => {
  const units: Uint8Array[] = []
  let at = 6
  for (let left = (codecData[5] ?? 0) & 31; left > 0; left--) {
    const length = (codecData[at] ?? 0) * 256 + (codecData[at + 1] ?? 0)
    units.push(codecData.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return units
}

const unitsAfterStartCodes = (codecData: Uint8Array): ReadonlyArray<Uint8Array> => {
  const bytes = Buffer.from(codecData)
  const units: Uint8Array[] = []
  for (let at = bytes.indexOf(START_CODE); at >= 0; ) {
    const next = bytes.indexOf(START_CODE, at + 3)
    units.push(bytes.subarray(at + 3, next < 0 ? bytes.length : next))
    at = next
  }
  return units
}

const START_CODE = Buffer.from([0, 0, 1])
