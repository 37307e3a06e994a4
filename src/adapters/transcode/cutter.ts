import { type FileHandle, open } from 'node:fs/promises'
import { AAC_TICKS } from '../../domain/examiner/examine-time.ts'
import type { FragmentReading } from '../../domain/examiner/readings.ts'
import type { Keyframe } from '../../domain/export/content-export.ts'
import type { FileSlice } from '../../ports/local-files.ts'
import type { TranscodedPart } from '../../ports/transcoder.ts'
import { startsWithIdr } from './h264-units.ts'
import { malformed } from './isobmff.ts'
import { bytesAt, headerOf } from './isobmff-file.ts'
import { type Fragment, readFragment } from './isobmff-fragment.ts'
import { readTrack, type Track } from './isobmff-track.ts'

/** Where one part is to end and the next to begin, in seconds from the start of the rendition, ascending. */
export type PartEdges = {
  readonly seconds: ReadonlyArray<number>
  /** Once `seconds` are used up, on from the last of them. */
  readonly step: number
}

/** A rendition in parts. They are slices of the fragmented file: no byte of it is copied. */
export type Cut = {
  readonly track: Track
  readonly init: FileSlice
  readonly parts: ReadonlyArray<CutPart>
  /** Whether each sample lasts as long as one of AAC, and begins where the one before ends. */
  readonly isEven: boolean
}

export type CutPart = TranscodedPart & { readonly startTicks: number }

/**
 * Cuts a fragmented CMAF file of one track. Pictures are cut at the first key picture at or after an edge, sound
 * at the fragment that begins nearest to it. A track without samples has no parts. Reads headers alone, and throws for
 * a file that is cut off or not as our encoders write it. Whether what it reads is fit for players is not decided here:
 * see examineFilm.
 */
export const cut = async (path: string, edges: PartEdges): Promise<Cut> => {
  const file = await open(path)
  try {
    const { track, initEnd, fragments } = await readFile(file)
    return {
      track,
      init: { path, start: 0, end: initEnd },
      parts: groupIntoParts(path, track, fragments, edges),
      isEven: fragments.every(isEven),
    }
  } finally {
    await file.close()
  }
}

/** In seconds: what the cut of the sound is to follow. */
export const startsOf = ({ track, parts }: Cut): ReadonlyArray<number> =>
  parts.map(({ startTicks }) => startTicks / track.timescale)

const isEven = (fragment: Fragment, i: number, all: ReadonlyArray<Fragment>): boolean => {
  const before = all[i - 1]
  const follows = before === undefined ? 0 : before.startTicks + before.durationTicks
  return (
    fragment.shortestTicks === AAC_TICKS &&
    fragment.longestTicks === AAC_TICKS &&
    fragment.startTicks === follows
  )
}

type PlacedFragment = Fragment &
  Pick<FragmentReading, 'startsWithIdr'> & { readonly offset: number; readonly end: number }

/** The box sequence of such a file: `ftyp moov (moof mdat)+ mfra?`. */
const readFile = async (file: FileHandle) => {
  const { size: fileSize } = await file.stat()
  const ftyp = await headerOf(file, 0, fileSize, 'ftyp')
  const moov = await headerOf(file, ftyp.size, fileSize, 'moov')
  const initEnd = ftyp.size + moov.size
  const track = readTrack(await bytesAt(file, 0, initEnd))

  const fragments: PlacedFragment[] = []
  for (let offset = initEnd; offset < fileSize; ) {
    const moof = await headerOf(file, offset, fileSize, 'moof', 'mfra')
    if (moof.type === 'mfra') break
    const mdat = await headerOf(file, offset + moof.size, fileSize, 'mdat')
    const bytes = moof.size + mdat.size
    const body = (await bytesAt(file, offset, moof.size)).subarray(moof.headerSize)
    const fragment = readFragment(body, track, { start: moof.size + mdat.headerSize, end: bytes })
    const sample = { start: offset + fragment.firstSampleStart, end: offset + fragment.firstSampleEnd }
    const isIdr =
      track.pictures === null
        ? null
        : await startsWithIdr((at, length) => bytesAt(file, at, length), sample, track.unitLengthBytes)
    fragments.push(Object.assign({ offset, end: offset + bytes, startsWithIdr: isIdr }, fragment))
    offset += bytes
  }
  return { track, initEnd, fragments }
}

const groupIntoParts = (
  path: string,
  track: Track,
  fragments: ReadonlyArray<PlacedFragment>,
  edges: PartEdges,
): ReadonlyArray<CutPart> => {
  const groups: PlacedFragment[][] = []
  let edge = Number.NEGATIVE_INFINITY
  for (const fragment of fragments) {
    // Half of the fragment's own length makes "at or after" into "nearest"; a microsecond forgives rounding.
    const slack = track.pictures === null ? fragment.durationTicks / 2 : track.timescale / 1_000_000
    const seconds = (fragment.startTicks + slack) / track.timescale
    if (seconds >= edge) {
      groups.push([])
      edge = edgeAfter(edges, seconds)
    }
    groups.at(-1)?.push(fragment)
  }
  return joinShortTail(groups, track).map((group) => toPart(path, track, group))
}

const edgeAfter = ({ seconds: given, step }: PartEdges, seconds: number): number => {
  const last = given.at(-1) ?? 0
  return given.find((edge) => edge > seconds) ?? last + step * (Math.floor((seconds - last) / step) + 1)
}

/** A last part of a picture or two would cost a request and last for no time: it stays with the one before. */
const SHORTEST_TAIL_SECONDS = 0.25

const joinShortTail = (
  groups: ReadonlyArray<ReadonlyArray<PlacedFragment>>,
  track: Track,
): ReadonlyArray<ReadonlyArray<PlacedFragment>> => {
  const [before, tail] = groups.slice(-2)
  if (before === undefined || tail === undefined) return groups
  if (ticksOf(tail) >= SHORTEST_TAIL_SECONDS * track.timescale) return groups
  return [...groups.slice(0, -2), [...before, ...tail]]
}

const ticksOf = (fragments: ReadonlyArray<Fragment>): number =>
  fragments.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0)

const toPart = (path: string, track: Track, fragments: ReadonlyArray<PlacedFragment>): CutPart => {
  const [first, last] = [fragments[0], fragments.at(-1)]
  if (first === undefined || last === undefined) throw malformed('a part without fragments')
  const keyframe = (fragment: PlacedFragment): Keyframe => ({
    offset: fragment.offset - first.offset,
    length: fragment.firstSampleEnd,
    durationTicks: fragment.durationTicks,
  })
  return {
    slice: { path, start: first.offset, end: last.end },
    startTicks: first.startTicks,
    durationTicks: ticksOf(fragments),
    keyframes: track.pictures === null ? [] : fragments.map(keyframe),
    fragments: fragments.map(toReading),
  }
}

const toReading = ({
  offset,
  end,
  firstSampleStart: _start,
  ...reading
}: PlacedFragment): FragmentReading => ({ bytes: end - offset, ...reading })
