/** Size of a packet, and its first byte (ISO/IEC 13818-1 §2.4.3.2). */
const PACKET_BYTES = 188
const SYNC = 0x47

/**
 * Possible distances in bytes from one packet to the next: packets alone, packets with a timestamp of 4 bytes
 * before each (M2TS), or packets with a checksum of 16 bytes after each.
 */
const STRIDES = [PACKET_BYTES, 192, 204]
const CHECKED_PACKETS = 5
const MAX_START = 2 * 204

/**
 * Returns the distance between the packets of an MPEG transport stream. Returns `null` for any other file.
 */
export const packetStrideOf = (head: Uint8Array): number | null => {
  for (let start = 0; start < MAX_START; start++)
    for (const stride of STRIDES)
      if (start + (CHECKED_PACKETS - 1) * stride < head.length && syncs(head, start, stride)) return stride
  return null
}

const syncs = (bytes: Uint8Array, start: number, stride: number): boolean => {
  for (let i = 0; i < CHECKED_PACKETS; i++) if (bytes[start + i * stride] !== SYNC) return false
  return true
}

/**
 * Calls `visit` with the offset of each complete packet. Returns the number of bytes of these packets. The
 * caller passes the other bytes again with the next block.
 */
export const forEachPacket = (bytes: Uint8Array, stride: number, visit: (at: number) => void): number => {
  let at = 0
  while (at + stride <= bytes.length) {
    if (bytes[at] === SYNC) {
      visit(at)
      at += stride
    } else at = nextSync(bytes, at, stride)
  }
  return Math.min(at, bytes.length)
}

/**
 * Returns the start of the next packet. A packet starts at a sync byte that is followed by another sync byte
 * at the distance `stride`. Bytes before the packet are skipped, because recordings may have gaps.
 */
const nextSync = (bytes: Uint8Array, from: number, stride: number): number => {
  for (let at = from; at < bytes.length; at++)
    if (bytes[at] === SYNC && (at + stride >= bytes.length || bytes[at + stride] === SYNC)) return at
  return bytes.length
}

export const pidAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + 1] ?? 0) & 0x1f) << 8) | (bytes[at + 2] ?? 0)

export const startsPayloadUnit = (bytes: Uint8Array, at: number): boolean =>
  ((bytes[at + 1] ?? 0) & 0x40) !== 0

/**
 * Returns the payload of a packet, which is a part of a PES packet or of a table. The payload is empty if it
 * is scrambled.
 */
export const tsPayloadOf = (bytes: Uint8Array, at: number): Uint8Array => {
  const control = bytes[at + 3] ?? 0
  const [isScrambled, hasAdaptation, hasPayload] = [control & 0xc0, control & 0x20, control & 0x10]
  if (isScrambled || !hasPayload) return bytes.subarray(at, at)
  return bytes.subarray(at + 4 + (hasAdaptation ? 1 + (bytes[at + 4] ?? 0) : 0), at + PACKET_BYTES)
}

/**
 * Offsets of the timestamps in the header of a PES packet. If there is no DTS (decoding timestamp), `dts`
 * equals `pts`.
 */
export type PesTimes = { readonly isVideo: boolean; readonly pts: number; readonly dts: number }

/**
 * Calls `visit` with the stream and the timestamps of each packet in a block. Returns the number of bytes
 * that were read. The next block must start with the other bytes.
 */
export type TimestampReader = (bytes: Buffer, visit: (stream: number, times: PesTimes) => void) => number

export const createPacketReader =
  (stride: number): TimestampReader =>
  (bytes, visit) =>
    forEachPacket(bytes, stride, (at) => {
      const times = pesTimesAt(bytes, at)
      if (times !== null) visit(pidAt(bytes, at), times)
    })

/**
 * Returns the timestamps of the PES packet that starts in a packet (ISO/IEC 13818-1 §2.4.3.6). Returns `null`
 * if the header of the PES packet continues in the next packet, which muxers avoid.
 */
export const pesTimesAt = (bytes: Uint8Array, at: number): PesTimes | null => {
  if (!startsPayloadUnit(bytes, at)) return null
  const payload = tsPayloadOf(bytes, at)
  if (payload.length < 14 || payload[0] !== 0 || payload[1] !== 0 || payload[2] !== 1) return null
  const end = at + PACKET_BYTES
  const pes = end - payload.length
  if (WITHOUT_TIMES.has(bytes[pes + 3] ?? 0) || ((bytes[pes + 6] ?? 0) & 0xc0) !== 0x80) return null
  const flags = (bytes[pes + 7] ?? 0) >> 6
  const [pts, isVideo] = [pes + 9, ((bytes[pes + 3] ?? 0) & 0xf0) === 0xe0]
  if (flags === 2) return { isVideo, pts, dts: pts }
  return flags === 3 && pts + 10 <= end ? { isVideo, pts, dts: pts + 5 } : null
}

/** Ids of streams without timestamps: maps, padding, private data 2, ECM, EMM, directories and others. */
const WITHOUT_TIMES: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff])

/**
 * Number of different timestamps. A timestamp has 33 bits at 90 kHz, so it wraps after a little more than 26
 * hours.
 */
export const TIMESTAMP_WRAP = 2 ** 33
export const TICKS_PER_SECOND = 90_000

export const readTimestamp = (bytes: Uint8Array, at: number): number => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(at, at + 5)
  return ((a >> 1) & 7) * 2 ** 30 + ((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1))
}

/** Writes `time` modulo TIMESTAMP_WRAP. The marker bits stay unchanged. */
export const writeTimestamp = (bytes: Uint8Array, at: number, time: number): void => {
  const wrapped = ((time % TIMESTAMP_WRAP) + TIMESTAMP_WRAP) % TIMESTAMP_WRAP
  const [high, low] = [Math.floor(wrapped / 2 ** 30), wrapped % 2 ** 30]
  bytes[at] = ((bytes[at] ?? 0) & 0xf1) | (high << 1)
  bytes[at + 1] = low >> 22
  bytes[at + 2] = ((low >> 14) & 0xfe) | 1
  bytes[at + 3] = (low >> 7) & 0xff
  bytes[at + 4] = ((low << 1) & 0xfe) | 1
}
