import { forEachPacket, payloadOf, pidAt, startsPayloadUnit } from './packets.ts'

/** Numbers of the programs of a stream, by PID. */
export type ProgramMap = ReadonlyMap<number, ReadonlyArray<number>>

/** Reads the program association and map tables of a transport stream (ISO/IEC 13818-1 §2.4.4). */
export const programMapIn = (bytes: Uint8Array, stride: number): ProgramMap => {
  const programs = new Map<number, ReadonlyArray<number>>()
  const mapPids = new Set<number>()
  /** Start of a section that continues in the next packet of its PID. */
  const incomplete = new Map<number, Uint8Array>()

  const readSection = (pid: number, section: Uint8Array): void => {
    const isCurrent = ((section[5] ?? 0) & 1) === 1
    if (section.length < SHORTEST || !isCurrent || crc32(section) !== 0) return
    const end = section.length - CRC_BYTES
    if (pid === ASSOCIATION_PID && section[0] === ASSOCIATION) {
      // Program number 0 is the network table.
      for (let at = 8; at + 4 <= end; at += 4)
        if (uint16(section, at) !== 0) mapPids.add(uint16(section, at + 2) & 0x1fff)
    } else if (pid !== ASSOCIATION_PID && section[0] === MAP) {
      const number = uint16(section, 3)
      for (let at = 12 + lengthAt(section, 10); at + 5 <= end; at += 5 + lengthAt(section, at + 3)) {
        const stream = uint16(section, at + 1) & 0x1fff
        const numbers = programs.get(stream) ?? []
        if (!numbers.includes(number)) programs.set(stream, [...numbers, number])
      }
    }
  }

  const readSections = (pid: number, payload: Uint8Array): void => {
    let rest = payload
    while (rest.length >= 3 && rest[0] !== STUFFING) {
      const end = 3 + lengthAt(rest, 1)
      if (end > rest.length) break
      readSection(pid, rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    if (rest.length > 0 && rest[0] !== STUFFING) incomplete.set(pid, rest)
    else incomplete.delete(pid)
  }

  forEachPacket(bytes, stride, (at) => {
    const pid = pidAt(bytes, at)
    if (pid !== ASSOCIATION_PID && !mapPids.has(pid)) return
    const payload = payloadOf(bytes, at)
    const next = startsPayloadUnit(bytes, at) ? 1 + (payload[0] ?? 0) : null
    const before = incomplete.get(pid)
    if (before !== undefined)
      readSections(pid, Buffer.concat([before, next === null ? payload : payload.subarray(1, next)]))
    if (next !== null) readSections(pid, payload.subarray(next))
  })
  return programs
}

const ASSOCIATION_PID = 0
const [ASSOCIATION, MAP, STUFFING] = [0, 2, 0xff]
const [SHORTEST, CRC_BYTES] = [12, 4]

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

const lengthAt = (bytes: Uint8Array, at: number): number => uint16(bytes, at) & 0xfff

/** Checksum of a section including its own checksum field (annex A): 0 if it is intact. */
const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  }
  return crc
}
