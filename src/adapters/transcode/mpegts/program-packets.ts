import type { PesTimes, TimestampReader } from './packets.ts'

const PACK = Buffer.from([0, 0, 1, 0xba])
const PROGRAM_END = 0xb9
const PACK_CODE = 0xba

/** Maximum size of a packet header, including the substream number of a private stream. */
const HEADER_BYTES = 300

export const isProgramStream = (head: Buffer): boolean => head.subarray(0, PACK.length).equals(PACK)

/**
 * Creates a reader of the timestamps of an MPEG program stream (ISO/IEC 13818-1 §2.5.3, 11172-1 §2.4.3),
 * block by block.
 */
export const createProgramReader = (): TimestampReader => {
  // Number of bytes at the start of the next block that belong to a packet of the previous block.
  let ahead = 0
  return (bytes, visit) => {
    let at = ahead
    while (at + 6 <= bytes.length) {
      const length = lengthAt(bytes, at)
      if (length === null) {
        at = nextPack(bytes, at + 1)
        continue
      }
      if (at + Math.min(length, HEADER_BYTES) > bytes.length) break
      const times = timesAt(bytes, at, at + length)
      if (times !== null) visit(streamAt(bytes, at), times)
      at += length
    }
    const consumed = Math.min(at, bytes.length)
    ahead = at - consumed
    return consumed
  }
}

/**
 * Returns the length of the packet that starts at a position. Returns `null` if no packet starts there,
 * because a recording may have lost bytes.
 */
const lengthAt = (bytes: Buffer, at: number): number | null => {
  const code = bytes[at + 3] ?? 0
  if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1 || code < PROGRAM_END) return null
  if (code === PROGRAM_END) return 4
  if (code !== PACK_CODE) return 6 + bytes.readUInt16BE(at + 4)
  const form = bytes[at + 4] ?? 0
  if ((form & 0xc0) === 0x40) return 14 + ((bytes[at + 13] ?? 0) & 7)
  return (form & 0xf0) === 0x20 ? 12 : null
}

const nextPack = (bytes: Buffer, from: number): number => {
  const found = bytes.indexOf(PACK, from)
  return found >= 0 ? found : Math.max(from, bytes.length - PACK.length + 1)
}

const isPrivate = (code: number): boolean => code === 0xbd
const hasTimes = (code: number): boolean => isPrivate(code) || (code >= 0xc0 && code <= 0xef) || code === 0xfd

/**
 * Returns the id of a packet's stream. Non-MPEG audio and subtitles share one stream id. On DVDs the first
 * byte of their payload is a substream number (0x20 to 0x3f, 0x80 to 0xcf). Other files have no such byte.
 */
const streamAt = (bytes: Buffer, at: number): number => {
  const code = bytes[at + 3] ?? 0
  if (!isPrivate(code) || !isOfMpeg2(bytes, at)) return code
  const substream = bytes[at + 9 + (bytes[at + 8] ?? 0)] ?? 0
  const isSubstream = (substream >= 0x20 && substream <= 0x3f) || (substream >= 0x80 && substream <= 0xcf)
  return isSubstream ? (code << 8) | substream : code
}

const isOfMpeg2 = (bytes: Buffer, at: number): boolean => ((bytes[at + 6] ?? 0) & 0xc0) === 0x80

const timesAt = (bytes: Buffer, at: number, end: number): PesTimes | null => {
  const code = bytes[at + 3] ?? 0
  if (!hasTimes(code)) return null
  const isVideo = (code & 0xf0) === 0xe0
  const isMpeg2 = isOfMpeg2(bytes, at)
  const pts = isMpeg2 ? at + 9 : firstTimeOfMpeg1(bytes, at + 6)
  const flags = isMpeg2 ? (bytes[at + 7] ?? 0) >> 6 : (bytes[pts] ?? 0) >> 4
  const dts = flags === 3 ? pts + 5 : pts
  return (flags === 2 || flags === 3) && dts + 5 <= end ? { isVideo, pts, dts } : null
}

const MAX_STUFFING = 16

/** Returns the position of the timestamp, which follows stuffing bytes and the buffer size. */
const firstTimeOfMpeg1 = (bytes: Buffer, from: number): number => {
  let at = from
  while (bytes[at] === 0xff && at < from + MAX_STUFFING) at++
  return ((bytes[at] ?? 0) & 0xc0) === 0x40 ? at + 2 : at
}
