import { type FileHandle, open } from 'node:fs/promises'
import { decoderBufferOf } from '../../../domain/examiner/decoder-buffer.ts'
import type { ParsedFragment } from '../../../domain/examiner/parsed-media.ts'
import { AAC_FRAME_SAMPLES } from '../../../domain/media/aac.ts'
import type { Keyframe } from '../../../domain/media/content-export.ts'
import { totalTicks } from '../../../domain/media/total-ticks.ts'
import type { FileSlice } from '../../../ports/local-files.ts'
import type { TranscodedSegment } from '../../../ports/transcoder.ts'
import { startsWithIdr } from './h264-units.ts'
import { malformedBox } from './isobmff.ts'
import { readBytesAt, readHeaderOfType } from './isobmff-file.ts'
import { type Fragment, readFragment } from './isobmff-fragment.ts'
import { readTrack, type Track } from './isobmff-track.ts'

/** Target times of segment boundaries, in seconds from the start of the rendition, ascending. */
export type SegmentBoundaries = {
  readonly seconds: ReadonlyArray<number>
  /** Distance in seconds between further boundaries, after the last one in `seconds`. */
  readonly step: number
}

/** A segmented rendition. Its segments are slices of the fragmented file, so no bytes are copied. */
export type SegmentedTrack = {
  readonly track: Track
  readonly init: FileSlice
  readonly parts: ReadonlyArray<Segment>
  /** Whether every sample has the duration of an AAC frame, and there are no gaps between samples. */
  readonly hasEqualFrames: boolean
}

export type Segment = TranscodedSegment & { readonly startTicks: number }

/**
 * Segments a fragmented CMAF file of one track. A video segment starts at the first keyframe at or after a
 * boundary, an audio segment starts at the fragment that is nearest to a boundary. A track without samples
 * has no segments. Only the headers of boxes are read. Throws if the file is truncated or differs from what
 * Larder's encoders write. examineContentFile decides whether the segments can be published.
 */
export const segmentTrack = async (path: string, edges: SegmentBoundaries): Promise<SegmentedTrack> => {
  const file = await open(path)
  try {
    const { track, initEnd, fragments } = await readFile(file)
    return {
      track,
      init: { path, start: 0, end: initEnd },
      parts: groupIntoSegments(path, track, fragments, edges),
      hasEqualFrames: fragments.every(hasEqualFrames),
    }
  } finally {
    await file.close()
  }
}

/** Returns the start times of the segments in seconds. Audio segments get the same boundaries. */
export const segmentStartSeconds = ({ track, parts }: SegmentedTrack): ReadonlyArray<number> =>
  parts.map(({ startTicks }) => startTicks / track.timescale)

const hasEqualFrames = (fragment: Fragment, i: number, all: ReadonlyArray<Fragment>): boolean => {
  const before = all[i - 1]
  const expectedStart = before === undefined ? 0 : before.startTicks + before.durationTicks
  return (
    fragment.shortestTicks === AAC_FRAME_SAMPLES &&
    fragment.longestTicks === AAC_FRAME_SAMPLES &&
    fragment.startTicks === expectedStart
  )
}

type PlacedFragment = Fragment &
  Pick<ParsedFragment, 'startsWithIdr' | 'peakBufferBits'> & {
    readonly offset: number
    readonly end: number
  }

/** Reads a file that consists of the boxes `ftyp moov (moof mdat)+ mfra?`. */
const readFile = async (file: FileHandle) => {
  const { size: fileSize } = await file.stat()
  const ftyp = await readHeaderOfType(file, 0, fileSize, 'ftyp')
  const moov = await readHeaderOfType(file, ftyp.size, fileSize, 'moov')
  const initEnd = ftyp.size + moov.size
  const track = readTrack(await readBytesAt(file, 0, initEnd))

  const sequence = track.video?.sequence ?? null
  const buffer = sequence === null ? null : decoderBufferOf(sequence, track.timescale)
  const fragments: PlacedFragment[] = []
  for (let offset = initEnd; offset < fileSize; ) {
    const moof = await readHeaderOfType(file, offset, fileSize, 'moof', 'mfra')
    if (moof.type === 'mfra') break
    const mdat = await readHeaderOfType(file, offset + moof.size, fileSize, 'mdat')
    const bytes = moof.size + mdat.size
    const body = (await readBytesAt(file, offset, moof.size)).subarray(moof.headerSize)
    let peakBufferBits = buffer === null ? null : 0
    const room = { start: moof.size + mdat.headerSize, end: bytes }
    const fragment = readFragment(body, track, room, (samples) => {
      if (buffer !== null) peakBufferBits = Math.max(peakBufferBits ?? 0, buffer(samples))
    })
    const sample = { start: offset + fragment.firstSampleStart, end: offset + fragment.firstSampleEnd }
    const isIdr =
      track.video === null
        ? null
        : await startsWithIdr((at, length) => readBytesAt(file, at, length), sample, track.unitLengthBytes)
    fragments.push(
      Object.assign({ offset, end: offset + bytes, startsWithIdr: isIdr, peakBufferBits }, fragment),
    )
    offset += bytes
  }
  return { track, initEnd, fragments }
}

const groupIntoSegments = (
  path: string,
  track: Track,
  fragments: ReadonlyArray<PlacedFragment>,
  edges: SegmentBoundaries,
): ReadonlyArray<Segment> => {
  const groups: PlacedFragment[][] = []
  let edge = Number.NEGATIVE_INFINITY
  for (const fragment of fragments) {
    // `slack` moves the boundary. Half of an audio fragment's duration selects the fragment nearest to the
    // boundary, instead of the first one at or after it. For video, a microsecond tolerates rounding.
    const slack = track.video === null ? fragment.durationTicks / 2 : track.timescale / 1_000_000
    const seconds = (fragment.startTicks + slack) / track.timescale
    if (seconds >= edge) {
      groups.push([])
      edge = edgeAfter(edges, seconds)
    }
    groups.at(-1)?.push(fragment)
  }
  return joinShortTail(groups, track).map((group) => toSegment(path, track, group))
}

const edgeAfter = ({ seconds: edgeSeconds, step }: SegmentBoundaries, seconds: number): number => {
  const last = edgeSeconds.at(-1) ?? 0
  return edgeSeconds.find((edge) => edge > seconds) ?? last + step * (Math.floor((seconds - last) / step) + 1)
}

/**
 * Minimum duration of the last segment in seconds. A shorter one has only a few frames, which are not worth a
 * request, so they are added to the previous segment.
 */
const SHORTEST_TAIL_SECONDS = 0.25

const joinShortTail = (
  groups: ReadonlyArray<ReadonlyArray<PlacedFragment>>,
  track: Track,
): ReadonlyArray<ReadonlyArray<PlacedFragment>> => {
  const [before, tail] = groups.slice(-2)
  if (before === undefined || tail === undefined) return groups
  if (totalTicks(tail) >= SHORTEST_TAIL_SECONDS * track.timescale) return groups
  return [...groups.slice(0, -2), [...before, ...tail]]
}

const toSegment = (path: string, track: Track, fragments: ReadonlyArray<PlacedFragment>): Segment => {
  const [first, last] = [fragments[0], fragments.at(-1)]
  if (first === undefined || last === undefined) throw malformedBox('a part without fragments')
  const keyframe = (fragment: PlacedFragment): Keyframe => ({
    offset: fragment.offset - first.offset,
    length: fragment.firstSampleEnd,
    durationTicks: fragment.durationTicks,
  })
  return {
    slice: { path, start: first.offset, end: last.end },
    startTicks: first.startTicks,
    durationTicks: totalTicks(fragments),
    keyframes: track.video === null ? [] : fragments.map(keyframe),
    fragments: fragments.map(toParsedFragment),
  }
}

const toParsedFragment = ({
  offset,
  end,
  firstSampleStart: _start,
  ...parsed
}: PlacedFragment): ParsedFragment => ({
  bytes: end - offset,
  ...parsed,
})
