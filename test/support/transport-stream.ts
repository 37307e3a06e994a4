import {
  forEachPacket,
  packetStrideOf,
  pesTimesAt,
  pidAt,
  readTimestamp,
  TICKS_PER_SECOND,
  writeTimestamp,
} from '../../src/adapters/transcode/mpegts/packets.ts'

/** The start of a PES packet, with its stream and its decoding time (ticks). */
type PesStart = { readonly isVideo: boolean; readonly pid: number; readonly time: number }

type Edit = (pes: PesStart) => number | null

/**
 * Copies a transport stream with other times of its PES packets. `edit` returns the new time in ticks of 90
 * kHz, modulo 2^33, or `null` to leave the PES packet out.
 */
const editTimestamps = (film: Uint8Array, edit: Edit): Buffer => {
  const bytes = Buffer.from(film)
  const omitted = new Map<number, boolean>()
  forEachPacket(bytes, strideIn(bytes), (at) => {
    const [pid, times] = [pidAt(bytes, at), pesTimesAt(bytes, at)]
    if (times !== null) {
      const time = readTimestamp(bytes, times.dts)
      const changed = edit({ isVideo: times.isVideo, pid, time })
      omitted.set(pid, changed === null)
      if (changed !== null) {
        const shift = changed - time
        if (times.pts !== times.dts) writeTimestamp(bytes, times.pts, readTimestamp(bytes, times.pts) + shift)
        writeTimestamp(bytes, times.dts, changed)
      }
    }
    // A PES packet is left out by turning it into null packets, which demuxers skip (ISO/IEC 13818-1 table
    // 2-3).
    if (omitted.get(pid)) bytes.writeUInt16BE(0x1fff, at + 1)
  })
  return bytes
}

/** The start of each PES packet, in the order of the file. */
export const pesStartsOf = (film: Uint8Array): ReadonlyArray<PesStart> => {
  const starts: PesStart[] = []
  editTimestamps(film, (pes) => {
    starts.push(pes)
    return pes.time
  })
  return starts
}

const strideIn = (bytes: Uint8Array): number => {
  const stride = packetStrideOf(bytes)
  if (stride === null) throw new Error('no transport stream')
  return stride
}

const firstTimeOf = (film: Uint8Array): number => Math.min(...pesStartsOf(film).map(({ time }) => time))

/** Like `editTimestamps`, but times are seconds from the first time of the film. */
const bySeconds = (film: Uint8Array, edit: (second: number, isVideo: boolean) => number | null): Buffer => {
  const first = firstTimeOf(film)
  return editTimestamps(film, ({ time, isVideo }) => {
    const second = edit((time - first) / TICKS_PER_SECOND, isVideo)
    return second === null ? null : first + Math.round(second * TICKS_PER_SECOND)
  })
}

/** Delays all times by `by` seconds. */
export const delayTimestamps = (film: Uint8Array, by: number): Buffer =>
  bySeconds(film, (second) => second + by)

/** Makes the clock jump by `by` seconds at second `at`. */
export const withClockJump = (film: Uint8Array, at: number, by: number): Buffer =>
  bySeconds(film, (second) => (second < at ? second : second + by))

/** Removes the packets of one stream between two times (seconds). */
export const withStreamPause = (
  film: Uint8Array,
  kind: 'pictures' | 'sound',
  from: number,
  to: number,
): Buffer =>
  bySeconds(film, (second, isVideo) =>
    isVideo === (kind === 'pictures') && second >= from && second < to ? null : second,
  )

/** Sets the clock so that its 33-bit counter wraps around `after` seconds after the start. */
export const withClockWrap = (film: Uint8Array, after: number): Buffer => {
  const first = firstTimeOf(film)
  return editTimestamps(film, ({ time }) => time - first - Math.round(after * TICKS_PER_SECOND))
}

/** Repeats a film of `seconds` seconds `times` times, with continuous timestamps. */
export const repeatStream = (film: Uint8Array, times: number, seconds: number): Buffer =>
  Buffer.concat(Array.from({ length: times }, (_, i) => delayTimestamps(film, i * seconds)))

/** Adds a timestamp of 4 bytes before each packet, as on Blu-ray discs and in camcorders. */
export const toM2ts = (film: Uint8Array): Buffer =>
  Buffer.concat(
    Array.from({ length: film.length / 188 }, (_, i) => [
      Buffer.alloc(4),
      Buffer.from(film.subarray(188 * i, 188 * (i + 1))),
    ]).flat(),
  )

/** Returns the same film as program `number`, with PIDs that are 256 higher. */
export const withOtherPids = (film: Buffer, number = 1): Buffer => {
  const other = Buffer.from(film)
  let mapPid = 0
  forEachPacket(other, PACKET, (at) => {
    const pid = pidAt(other, at)
    const section = other.subarray(at + 5, at + 8 + (other.readUInt16BE(at + 6) & 0xfff))
    if (pid === 0) mapPid = section.readUInt16BE(10) & 0x1fff
    if (pid === mapPid) toOtherStreams(section, number)
    else if (pid >= 256) other.writeUInt16BE(other.readUInt16BE(at + 1) + 256, at + 1)
  })
  return other
}

/** Multiplexes two films of one program each as programs 1 and 2 of one stream. */
export const multiplexPrograms = (first: Buffer, second: Buffer): Buffer => {
  const other = withOtherPids(second, 2)
  forEachPacket(other, PACKET, (at) => {
    const pid = pidAt(other, at)
    // The table of the first film lists both programs, and only the first film keeps its service description.
    if (pid < 256) other.writeUInt16BE(0x1fff, at + 1)
    if (pid === MAP_PID) other.writeUInt16BE(other.readUInt16BE(at + 1) + 256, at + 1)
  })
  const programs = Buffer.from('00b0110001c100000001f0000002f10000000000', 'hex')
  const table = Buffer.concat([Buffer.from('4740001000', 'hex'), withChecksum(programs)])
  const head = Buffer.concat([table, Buffer.alloc(PACKET - table.length, 0xff)])
  const [ones, twos] = [packetsOf(first), packetsOf(other)].map((all) =>
    all.map((packet, i) => [i / all.length, packet] as const),
  )
  const mixed = [...(ones ?? []), ...(twos ?? [])].toSorted(([a], [b]) => a - b).map(([, packet]) => packet)
  return Buffer.concat([head, ...mixed.map((packet) => (pidAt(packet, 0) === 0 ? head : packet))])
}

const PACKET = 188
/** The PID of the program map that FFmpeg writes. */
const MAP_PID = 0x1000

const packetsOf = (film: Buffer): ReadonlyArray<Buffer> =>
  Array.from({ length: film.length / PACKET }, (_, i) => film.subarray(PACKET * i, PACKET * (i + 1)))

const toOtherStreams = (section: Buffer, number: number): void => {
  section.writeUInt16BE(number, 3)
  section.writeUInt16BE(section.readUInt16BE(8) + 256, 8)
  for (let at = 12 + (section.readUInt16BE(10) & 0xfff); at + 5 <= section.length - 4; ) {
    section.writeUInt16BE(section.readUInt16BE(at + 1) + 256, at + 1)
    at += 5 + (section.readUInt16BE(at + 3) & 0xfff)
  }
  withChecksum(section)
}

/** Returns one packet that starts a unit: a PES packet, or a section behind its pointer field. */
export const packetOf = (pid: number, payload: Buffer): Buffer => {
  const isSection = payload[0] !== 0 || payload[1] !== 0
  const body = isSection ? Buffer.concat([Buffer.alloc(1), payload]) : payload
  const head = Buffer.from([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x10])
  return Buffer.concat([head, body, Buffer.alloc(PACKET - 4 - body.length, 0xff)])
}

/** Writes the checksum of a section (ISO/IEC 13818-1 annex A) into its last four bytes. */
export const withChecksum = (section: Buffer): Buffer => {
  let crc = 0xffffffff
  for (const byte of section.subarray(0, -4))
    for (let bit = 7; bit >= 0; bit--)
      crc = ((crc << 1) ^ (((crc >>> 31) ^ (byte >> bit)) & 1 ? 0x04c11db7 : 0)) >>> 0
  section.writeUInt32BE(crc, section.length - 4)
  return section
}
