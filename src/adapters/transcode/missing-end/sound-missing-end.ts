import type { SourceBytes } from '../source-bytes.ts'
import { isStatedSize, riffChunks } from './chunks.ts'
import type { MissingEnd } from './missing-end.ts'

// These formats state the size of the sound. Its duration follows from the bytes per second, so it says
// nothing more.

/** Reads a WAVE. Sizes of RF64 are in another chunk, so they count as not stated. */
export const waveMissingEnd = async (bytes: SourceBytes): Promise<MissingEnd | null> => {
  let bytesPerSecond = 0
  for await (const { type, body, end } of riffChunks(bytes, 12, bytes.size)) {
    if (type === 'fmt ') bytesPerSecond = await rateAt(bytes, body)
    if (type !== 'data') continue
    return end > bytes.size && isStatedSize(end - body)
      ? { seconds: (end - body) / bytesPerSecond, isCutOff: false }
      : null
  }
  return null
}

/** Returns the bytes per second in a WAVEFORMAT; 0 if the file ends before them. */
const rateAt = async (bytes: SourceBytes, format: number): Promise<number> => {
  const rate = await bytes.at(format + 8, 4)
  return rate.length < 4 ? 0 : rate.readUInt32LE(0)
}

/** Size in bytes of the head of a chunk of Wave64: a GUID, and a size of 64 bits that includes this head. */
const WAVE64_HEAD = 24
/** Alignment of the chunks of Wave64 in bytes. */
const WAVE64_ALIGNMENT = 8

/** Reads a Wave64, whose chunks come after the head of the file: a GUID, a size, and a GUID. */
export const wave64MissingEnd = async (bytes: SourceBytes): Promise<MissingEnd | null> => {
  let bytesPerSecond = 0
  for (let at = WAVE64_HEAD + 16; ; ) {
    const head = await bytes.at(at, WAVE64_HEAD)
    if (head.length < WAVE64_HEAD) return null
    const [type, size] = [head.toString('latin1', 0, 4), Number(head.readBigUInt64LE(16))]
    if (size < WAVE64_HEAD) return null
    if (type === 'fmt ') bytesPerSecond = await rateAt(bytes, at + WAVE64_HEAD)
    if (type === 'data')
      return at + size > bytes.size && size < 2 ** 53
        ? { seconds: (size - WAVE64_HEAD) / bytesPerSecond, isCutOff: false }
        : null
    at += Math.ceil(size / WAVE64_ALIGNMENT) * WAVE64_ALIGNMENT
  }
}

/** Size in bytes of the head of a chunk of Core Audio: a type, and a size of 64 bits. */
export const CAF_HEAD = 12

/** Reads a Core Audio file with packets of equal size and duration. */
export const cafMissingEnd = async (bytes: SourceBytes): Promise<MissingEnd | null> => {
  let bytesPerSecond = 0
  for (let at = 8; ; ) {
    const head = await bytes.at(at, CAF_HEAD)
    if (head.length < CAF_HEAD) return null
    const [type, size] = [head.toString('latin1', 0, 4), Number(head.readBigInt64BE(4))]
    // The size -1 means "to the end of the file".
    if (size < 0) return null
    if (type === 'desc') {
      const format = await bytes.at(at + CAF_HEAD, 24)
      if (format.length < 24) return null
      bytesPerSecond = (format.readDoubleBE(0) * format.readUInt32BE(16)) / format.readUInt32BE(20)
    }
    if (type === 'data')
      return at + CAF_HEAD + size > bytes.size ? { seconds: size / bytesPerSecond, isCutOff: false } : null
    at += CAF_HEAD + size
  }
}
