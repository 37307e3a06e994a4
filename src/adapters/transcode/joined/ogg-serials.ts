import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type SourceBytes, sourceLimits, unlessBeyondLimits, withSourceBytes } from '../source-bytes.ts'
import { CHECKSUM_AT, oggPages, SERIAL_AT } from './ogg-pages.ts'

/**
 * Returns the path of a file in which each link of an Ogg chain has a unique serial number (RFC 3533 §4):
 * the file itself, or a copy in `folder`. A file that was joined with itself repeats its serial number. If a
 * number is repeated, FFmpeg 5 decodes the headers of the second link as audio, so the audio becomes a
 * second longer. A file with too many pages is not copied.
 */
export const withUniqueSerials = async (
  path: string,
  folder: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<string> => {
  const copy = join(folder, 'own-serials.ogg')
  const copying = withSourceBytes(path, signal, (bytes) => copyIfRepeated(bytes, copy), limits)
  const isCopied = await unlessBeyondLimits(copying, null)
  // Removes an incomplete copy, which may be as large as the source.
  if (isCopied === null) await rm(copy, { force: true })
  return isCopied ? copy : path
}

/** Writes the copy if a serial number is repeated. Returns whether it was written. */
const copyIfRepeated = async (bytes: SourceBytes, copy: string): Promise<boolean> => {
  if ((await bytes.at(0, 4)).toString('latin1') !== 'OggS' || !(await hasRepeatedSerial(bytes))) return false
  const file = await open(copy, 'wx')
  try {
    for await (const page of renumbered(bytes)) await file.writeFile(page)
  } finally {
    await file.close()
  }
  return true
}

/**
 * Maximum number of serial numbers that are remembered per file. If a file has more streams, the later ones
 * keep their numbers.
 */
const MAX_STREAMS = 100_000

const hasRepeatedSerial = async (bytes: SourceBytes): Promise<boolean> => {
  const serials = new Set<number>()
  for await (const { beginsStream, serial } of oggPages(bytes)) {
    if (beginsStream && serials.has(serial)) return true
    if (serials.size < MAX_STREAMS) serials.add(serial)
  }
  return false
}

const BLOCK_BYTES = 2 ** 20

/**
 * Yields all pages, and then the bytes after them. A stream whose serial number is already in use gets a new
 * number.
 */
async function* renumbered(bytes: SourceBytes): AsyncIterable<Uint8Array> {
  const used = new Set<number>()
  const current = new Map<number, number>()
  let [end, candidate] = [0, 0]
  /**
   * Returns an unused serial number. Each search continues where the previous one stopped, because a hostile
   * file may use any number of serials.
   */
  const unused = (): number => {
    while (used.has(candidate)) candidate++
    return candidate
  }
  for await (const { at, size, beginsStream, serial } of oggPages(bytes)) {
    if (beginsStream && used.size < MAX_STREAMS) current.set(serial, used.has(serial) ? unused() : serial)
    const own = current.get(serial) ?? serial
    if (used.size < MAX_STREAMS) used.add(own)
    const page = Buffer.from(await bytes.at(at, size))
    if (own !== serial && page.length === size) {
      page.writeUInt32LE(own, SERIAL_AT)
      page.writeUInt32LE(0, CHECKSUM_AT)
      page.writeUInt32LE(oggChecksum(page), CHECKSUM_AT)
    }
    yield page
    end = at + size
  }
  for (let at = end; at < bytes.size; at += BLOCK_BYTES) yield bytes.at(at, BLOCK_BYTES)
}

/**
 * Polynomial of Ogg's CRC-32. Unlike common CRC-32 variants, Ogg's is not bit-reversed, and its initial value
 * is 0 (RFC 3533 §6).
 */
const POLYNOMIAL = 0x04c1_1db7

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0)
  return value
})

/** Returns the checksum of a page whose own checksum field is 0. */
export const oggChecksum = (page: Uint8Array): number =>
  page.reduce((crc, byte) => ((crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0, 0)
