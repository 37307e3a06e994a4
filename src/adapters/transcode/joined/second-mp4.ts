import { sourceBoxHeaderAt } from '../isobmff/source-boxes.ts'
import { BeyondLimits, type SourceBytes } from '../source-bytes.ts'

type Box = { readonly type: string; readonly at: number; readonly size: number }

/** A fragment's first track and its time (ISO/IEC 14496-12 §8.8.7, §8.8.12). */
type FragmentTime = { readonly track: number; readonly ticks: bigint }

/** The boxes from one that a file may begin with to the next. */
type Part = {
  readonly at: number
  hasIndex: boolean
  /** Time of its first fragment; `null` if it has none, or no time. */
  first: FragmentTime | null
  hasFragments: boolean
  /** The latest time of each track. */
  readonly latest: Map<number, bigint>
}

/**
 * Where a second MP4 or QuickTime file begins behind the first: it has an index of its own, and engines read the first
 * one alone. Where an index comes again and its fragments go on in time, as in live recordings, there is no second file.
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

/** FFmpeg opens no file with more streams, unless it is told to. */
const MAX_TRACKS = 1000

const setLatest = ({ latest }: Part, track: number, ticks: bigint): void => {
  latest.set(track, later(latest.get(track), ticks))
  if (latest.size > MAX_TRACKS) throw new BeyondLimits(`the file has more than ${MAX_TRACKS} tracks`)
}

const later = (a: bigint | undefined, b: bigint): bigint => (a === undefined || a < b ? b : a)

/** Costs no more than `part` has tracks: a file may consist of any number of parts. */
const append = (before: Part, part: Part): void => {
  before.hasIndex ||= part.hasIndex
  for (const [track, ticks] of part.latest) setLatest(before, track, ticks)
}

const isSecond = (before: Part, part: Part): boolean =>
  before.hasIndex && part.hasIndex && !goesOn(before, part)

const goesOn = ({ latest }: Part, { first }: Part): boolean => {
  if (first === null) return false
  const last = latest.get(first.track)
  return last === undefined || last < first.ticks
}

/** `null` at the end, also behind a box that reaches to it. */
const boxAt = async (bytes: SourceBytes, at: number): Promise<Box | null> => {
  const box = await sourceBoxHeaderAt(bytes, at)
  return box === null || box.size < 8 ? null : { type: box.type, at, size: box.size }
}

/** Much more than a fragment has in front of the time of its first track. */
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
