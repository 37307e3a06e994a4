import { BeyondLimits } from '../source-bytes.ts'
import { forEachPacket, pidAt, startsPayloadUnit, tsPayloadOf } from './packets.ts'

/** The numbers of the programs to which a stream belongs, by the stream's PID. */
export type ProgramMap = ReadonlyMap<number, ReadonlySet<number>>

/**
 * Maximum number of programs. The largest multiplexes have about a hundred programs, and one section of the
 * program association table can list 253.
 */
const MAX_PROGRAMS = 256

type ProgramTables = {
  /**
   * Reads the packets of a block. Returns the number of bytes that were read. The next block must start with
   * the other bytes.
   */
  readonly take: (bytes: Uint8Array) => number
  readonly programs: ProgramMap
}

/**
 * Reads the program association and program map tables of a transport stream (ISO/IEC 13818-1 §2.4.4). Throws
 * BeyondLimits if there are more than MAX_PROGRAMS programs.
 */
export const createProgramTables = (stride: number): ProgramTables => {
  const programs = new Map<number, Set<number>>()
  const numbers = new Set<number>()
  const mapPids = new Set<number>()
  /** The start of each table section that continues in the next packet, by PID. */
  const incomplete = new Map<number, Uint8Array>()

  const readSection = (pid: number, section: Uint8Array): void => {
    const isCurrent = ((section[5] ?? 0) & 1) === 1
    if (section.length < SHORTEST || !isCurrent || crc32(section) !== 0) return
    const end = section.length - CRC_BYTES
    if (pid === ASSOCIATION_PID && section[0] === ASSOCIATION) {
      // Program number 0 refers to the network table, which is not a program.
      for (let at = 8; at + 4 <= end; at += 4)
        if (uint16(section, at) !== 0) mapPids.add(uint16(section, at + 2) & 0x1fff)
    } else if (pid !== ASSOCIATION_PID && section[0] === MAP) {
      const number = uint16(section, 3)
      numbers.add(number)
      if (numbers.size > MAX_PROGRAMS)
        throw new BeyondLimits(
          `the file has more than ${MAX_PROGRAMS} programs: save the program that you want as a separate file`,
        )
      for (let at = 12 + lengthAt(section, 10); at + 5 <= end; at += 5 + lengthAt(section, at + 3)) {
        const stream = uint16(section, at + 1) & 0x1fff
        const ofStream = programs.get(stream) ?? new Set()
        programs.set(stream, ofStream.add(number))
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

  const readPacket = (bytes: Uint8Array, at: number): void => {
    const pid = pidAt(bytes, at)
    if (pid !== ASSOCIATION_PID && !mapPids.has(pid)) return
    const payload = tsPayloadOf(bytes, at)
    const next = startsPayloadUnit(bytes, at) ? 1 + (payload[0] ?? 0) : null
    const before = incomplete.get(pid)
    if (before !== undefined)
      readSections(pid, Buffer.concat([before, next === null ? payload : payload.subarray(1, next)]))
    if (next !== null) readSections(pid, payload.subarray(next))
  }

  return { take: (bytes) => forEachPacket(bytes, stride, (at) => readPacket(bytes, at)), programs }
}

/** Returns whether the streams belong to several programs. */
export const isMultiProgram = (programs: ProgramMap): boolean => {
  let only: number | null = null
  for (const numbers of programs.values())
    for (const number of numbers) {
      if (only !== null && number !== only) return true
      only = number
    }
  return false
}

const ASSOCIATION_PID = 0
const [ASSOCIATION, MAP, STUFFING] = [0, 2, 0xff]
const [SHORTEST, CRC_BYTES] = [12, 4]

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

const lengthAt = (bytes: Uint8Array, at: number): number => uint16(bytes, at) & 0xfff

/**
 * Returns the checksum of a section, including the section's own checksum field (annex A). The result is 0 if
 * the section is intact.
 */
const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)
  }
  return crc
}

/**
 * The effect of eight bits on the checksum. The table makes the computation fast, because a file may consist
 * only of sections.
 */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  return crc
})
