import type { PesTimes, ReadTimes } from './packets.ts'

const PACK = Buffer.from([0, 0, 1, 0xba])
const PROGRAM_END = 0xb9
const PACK_CODE = 0xba

/** The longest header of a packet, up to the number of a stream within a private one. */
const HEADER_BYTES = 300

export const isProgramStream = (head: Buffer): boolean => head.subarray(0, PACK.length).equals(PACK)

/** Reads the times of an MPEG program stream (ISO/IEC 13818-1 §2.5.3, 11172-1 §2.4.3), block by block. */
export const createProgramReader = (): ReadTimes => {
  // What the last block was done with of this one: a packet may be longer than what is left of a block.
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
    const done = Math.min(at, bytes.length)
    ahead = at - done
    return done
  }
}

/** Of what begins here; `null` where nothing does: recordings lose bytes. */
const lengthAt = (bytes: Buffer, at: number): number | null => {
  const [a, b, c, code = 0] = bytes.subarray(at, at + 4)
  if (a !== 0 || b !== 0 || c !== 1 || code < PROGRAM_END) return null
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
 * Sounds that MPEG does not know, and subtitles, share one number: the first byte that they carry tells them apart, as
 * DVDs have it (0x20 to 0x3f, 0x80 to 0xcf). Other files carry such a sound bare.
 */
const streamAt = (bytes: Buffer, at: number): number => {
  const code = bytes[at + 3] ?? 0
  if (!isPrivate(code) || !isOfMpeg2(bytes, at)) return code
  const part = bytes[at + 9 + (bytes[at + 8] ?? 0)] ?? 0
  const isPart = (part >= 0x20 && part <= 0x3f) || (part >= 0x80 && part <= 0xcf)
  return isPart ? (code << 8) | part : code
}

const isOfMpeg2 = (bytes: Buffer, at: number): boolean => ((bytes[at + 6] ?? 0) & 0xc0) === 0x80

const timesAt = (bytes: Buffer, at: number, end: number): PesTimes | null => {
  const code = bytes[at + 3] ?? 0
  if (!hasTimes(code)) return null
  const isVideo = (code & 0xf0) === 0xe0
  const isNew = isOfMpeg2(bytes, at)
  const pts = isNew ? at + 9 : firstTimeOfMpeg1(bytes, at + 6)
  const has = isNew ? (bytes[at + 7] ?? 0) >> 6 : (bytes[pts] ?? 0) >> 4
  const dts = has === 3 ? pts + 5 : pts
  return (has === 2 || has === 3) && dts + 5 <= end ? { isVideo, pts, dts } : null
}

const MOST_STUFFING = 16

/** Behind stuffing, and the size of a buffer. */
const firstTimeOfMpeg1 = (bytes: Buffer, from: number): number => {
  let at = from
  while (bytes[at] === 0xff && at < from + MOST_STUFFING) at++
  return ((bytes[at] ?? 0) & 0xc0) === 0x40 ? at + 2 : at
}
