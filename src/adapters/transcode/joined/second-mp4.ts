import { sourceBoxHeaderAt } from '../isobmff/source-boxes.ts'
import { BeyondLimits, type SourceBytes } from '../source-bytes.ts'

type Box = { readonly type: string; readonly at: number; readonly size: number }

/** Track and start time of the first track fragment in a fragment (ISO/IEC 14496-12 §8.8.7, §8.8.12). */
type FragmentTime = { readonly track: number; readonly ticks: bigint }

/** A part of a file: the boxes from a `ftyp` box, or the start of the file, to the next `ftyp` box. */
type Part = {
  readonly at: number
  hasIndex: boolean
  /** Time of the first fragment; `null` if there is no fragment, or if it has no time. */
  first: FragmentTime | null
  hasFragments: boolean
  /** The latest fragment time of each track. */
  readonly latest: Map<number, bigint>
}

/**
 * Returns the position of a second MP4 or QuickTime file after the first one; `null` if there is none. The
 * second file has its own index, and engines read only the first index. If a second index is followed by
 * fragments with later times, as in live recordings, there is no second file.
 */
export const findSecondMp4 = async (bytes: SourceBytes): Promise<number | null> => {
  const before = partAt(0)
  let part = partAt(0)
  for (let box = await boxAt(bytes, 0); box !== null; box = await boxAt(bytes, box.at + box.size)) {
    if (box.type === 'ftyp' && box.at > 0) {
      if (isSecond(before, part)) return part.at
      append(before, part)
      part = partAt(box.at)
    }
    if (box.type === 'moov') part.hasIndex = true
    if (box.type === 'moof') addFragment(part, await timeOf(bytes, box))
  }
  return isSecond(before, part) ? part.at : null
}

const partAt = (at: number): Part => ({
  at,
  hasIndex: false,
  first: null,
  hasFragments: false,
  latest: new Map(),
})

const addFragment = (part: Part, time: FragmentTime | null): void => {
  if (!part.hasFragments) part.first = time
  part.hasFragments = true
  if (time !== null) setLatest(part, time.track, time.ticks)
}

/** Maximum number of tracks. By default FFmpeg opens no file with more streams. */
const MAX_TRACKS = 1000

const setLatest = ({ latest }: Part, track: number, ticks: bigint): void => {
  latest.set(track, later(latest.get(track), ticks))
  if (latest.size > MAX_TRACKS) throw new BeyondLimits(`the file has more than ${MAX_TRACKS} tracks`)
}

const later = (a: bigint | undefined, b: bigint): bigint => (a === undefined || a < b ? b : a)

/**
 * Adds the facts of a part to those of earlier parts. The cost depends only on the number of tracks in
 * `part`, because a file may consist of any number of parts.
 */
const append = (before: Part, part: Part): void => {
  before.hasIndex ||= part.hasIndex
  for (const [track, ticks] of part.latest) setLatest(before, track, ticks)
}

const isSecond = (before: Part, part: Part): boolean =>
  before.hasIndex && part.hasIndex && !continuesInTime(before, part)

const continuesInTime = ({ latest }: Part, { first }: Part): boolean => {
  if (first === null) return false
  const last = latest.get(first.track)
  return last === undefined || last < first.ticks
}

/**
 * Reads the box at a position. Returns `null` at the end of the file, also after a box that extends to the
 * end.
 */
const boxAt = async (bytes: SourceBytes, at: number): Promise<Box | null> => {
  const box = await sourceBoxHeaderAt(bytes, at)
  return box === null || box.size < 8 ? null : { type: box.type, at, size: box.size }
}

/** Maximum number of bytes of a fragment that are read. The time of the first track is far before that. */
const MOST_READ_BYTES = 4096

const timeOf = async (bytes: SourceBytes, { at, size }: Box): Promise<FragmentTime | null> => {
  const moof = await bytes.at(at, Math.min(size, MOST_READ_BYTES))
  const [header, time] = [moof.indexOf('tfhd'), moof.indexOf('tfdt')]
  if (header < 0 || time < 0 || Math.max(header, time) + 16 > moof.length) return null
  const isLong = moof[time + 4] === 1
  return {
    track: moof.readUInt32BE(header + 8),
    ticks: isLong ? moof.readBigUInt64BE(time + 8) : BigInt(moof.readUInt32BE(time + 8)),
  }
}
