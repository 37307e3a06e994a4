import {
  BeyondLimits,
  type SourceBytes,
  sourceLimits,
  unlessBeyondLimits,
  withSourceBytes,
} from '../source-bytes.ts'
import { readEdit, type Timescales } from './edit-list.ts'
import { type LastFrame, lastFrameOf } from './last-frame.ts'
import { type FragmentTimes, type Lateness, latenessOf } from './lateness.ts'
import {
  type NclxColour,
  readDefaultDurations,
  readFragmentTimes,
  readNclx,
  SAMPLE_ENTRIES_AT,
} from './movie-boxes.ts'
import { joinShownSamples, readShownSamples, type ShownSamples } from './shown-samples.ts'
import {
  childBoxesIn,
  MAX_BOX_BYTES,
  type SourceBox,
  sourceBoxContent,
  sourceBoxesBetween,
} from './source-boxes.ts'

/**
 * Facts from the boxes of a track of an MP4 or QuickTime file. Engines report them differently, or wrongly.
 */
type MovieTrack = {
  /** End of the track, with its edit list; `null` if unknown, as in a fragmented file. */
  readonly endSeconds: number | null
  /** Colours from `colr` of type `nclx` or `nclc`; `null` if there are none. */
  readonly colour: NclxColour | null
  /** Delays with which the engine reports the frames of the track. */
  readonly late: ReadonlyArray<Lateness>
  /** When the last frame is shown; `null` if engines agree on it, or if it is unknown (see lastFrameOf). */
  readonly lastFrame: LastFrame | null
}

export type Movie = {
  /** Tracks of video and audio, by their ids. */
  readonly tracks: ReadonlyMap<number, MovieTrack>
  /**
   * Whether a track is encrypted. A demuxer reports the codec of an encrypted track, but its decoder
   * produces noise.
   */
  readonly isEncrypted: boolean
  /** Whether the file has too many boxes to read them. Then all its facts count as unknown. */
  readonly hasTooManyBoxes: boolean
}

/** Sample entries of encrypted tracks: ISO/IEC 14496-12 §8.12 (CENC and its variants), and FairPlay. */
const ENCRYPTED: ReadonlyArray<string> = ['encv', 'enca', 'drmi', 'drms']

/**
 * Types of the first box that an MP4 or QuickTime file may have (ISO/IEC 14496-12 §4.2, QuickTime File
 * Format).
 */
const FIRST_BOXES: ReadonlyArray<string> = [
  'ftyp',
  'moov',
  'mdat',
  'wide',
  'free',
  'skip',
  'pnot',
  'styp',
  'moof',
]

/**
 * Maximum number of boxes that are read. A recording of 10 hours with a fragment per frame has 4 million, but
 * such a file takes an engine too long as well.
 */
const MAX_BOXES = 1_000_000

/**
 * Reads the facts of an MP4 or QuickTime file; other files have none. Facts in malformed boxes count as
 * unknown, because the engine decides whether the file is refused. If a file has too many boxes, all its
 * facts count as unknown.
 */
export const readMovie = (path: string, signal: AbortSignal, limits = sourceLimits): Promise<Movie> =>
  unlessBeyondLimits(withSourceBytes(path, signal, movieIn, limits), {
    tracks: new Map(),
    isEncrypted: false,
    hasTooManyBoxes: true,
  })

const movieIn = async (bytes: SourceBytes): Promise<Movie> => {
  const tracks = new Map<number, MovieTrack>()
  const movie = { tracks, isEncrypted: false, hasTooManyBoxes: false }
  const first = (await bytes.at(0, 8)).toString('latin1', 4)
  if (!FIRST_BOXES.includes(first)) return movie
  const boxes = await sourceBoxesBetween(bytes, 0, bytes.size, MAX_BOXES)
  const moov = boxes.find(({ type }) => type === 'moov')
  if (moov === undefined) return movie
  const traks = await childrenOf(bytes, moov, 'trak')
  for (const trak of traks) if (await isEncryptedTrack(bytes, trak)) return { ...movie, isEncrypted: true }
  const read = await fragmentsIn(bytes, boxes, await readDefaultDurations(bytes, moov))
  const fragments = byTrack(read.fragments)
  const movieTimescale = fieldAfterTimes(await firstContent(bytes, moov, 'mvhd'))
  for (const trak of traks) {
    const facts = await trackIn(bytes, trak)
    if (facts === null || tracks.has(facts.id)) continue
    const { id, timescale, isVideo, hasSamples, colour, durationTicks } = facts
    tracks.set(id, {
      endSeconds: durationTicks === null || !movieTimescale ? null : durationTicks / movieTimescale,
      colour,
      late: isVideo ? latenessOf(fragments.get(id) ?? [], { timescale, hasSamples }) : [],
      lastFrame:
        isVideo && movieTimescale && read.isComplete
          ? await lastFrameIn(bytes, trak, fragments.get(id) ?? [], {
              track: timescale,
              movie: movieTimescale,
            })
          : null,
    })
  }
  return movie
}

const isEncryptedTrack = async (bytes: SourceBytes, trak: SourceBox): Promise<boolean> => {
  const stsd = await boxAlong(bytes, trak, 'mdia', 'minf', 'stbl', 'stsd')
  if (stsd === undefined) return false
  const entries = await sourceBoxesBetween(bytes, stsd.body + SAMPLE_ENTRIES_AT, stsd.end, MAX_SAMPLE_ENTRIES)
  return entries.some(({ type }) => ENCRYPTED.includes(type))
}

/** Maximum number of sample entries that are read. A hostile file may have millions. */
const MAX_SAMPLE_ENTRIES = 1000

const byTrack = (
  fragments: ReadonlyArray<FragmentTimes>,
): ReadonlyMap<number, ReadonlyArray<FragmentTimes>> => {
  const grouped = new Map<number, FragmentTimes[]>()
  for (const fragment of fragments) {
    const own = grouped.get(fragment.trackId)
    if (own === undefined) grouped.set(fragment.trackId, [fragment])
    else own.push(fragment)
  }
  return grouped
}

/** Reads the fragments of all tracks. `isComplete`: whether all boxes of the file could be read. */
const fragmentsIn = async (
  bytes: SourceBytes,
  boxes: ReadonlyArray<SourceBox>,
  durations: ReadonlyMap<number, number>,
): Promise<{ readonly fragments: ReadonlyArray<FragmentTimes>; readonly isComplete: boolean }> => {
  const fragments: FragmentTimes[] = []
  let mode: 'on open' | 'last on open' | 'on demand' = 'on open'
  for (const box of boxes) {
    if (box.type === 'sidx' && mode === 'on open' && (await isIndexOfAll(bytes, box, boxes)))
      mode = 'last on open'
    if (box.type !== 'moof') continue
    if (box.end - box.body > MAX_BOX_BYTES) return { fragments, isComplete: false }
    const isReadAhead = mode !== 'on demand'
    for await (const times of readFragmentTimes(bytes, box, durations))
      fragments.push({ ...times, isReadAhead })
    if (fragments.length > MAX_BOXES)
      throw new BeyondLimits(`the file has more than ${MAX_BOXES} track fragments`)
    if (mode === 'last on open') mode = 'on demand'
  }
  return { fragments, isComplete: fragments.length === 0 || boxes.at(-1)?.end === bytes.size }
}

/**
 * Returns whether a SegmentIndexBox (ISO/IEC 14496-12 §8.16.3) covers the file up to its end, or up to its
 * `mfra`.
 */
const isIndexOfAll = async (
  bytes: SourceBytes,
  sidx: SourceBox,
  boxes: ReadonlyArray<SourceBox>,
): Promise<boolean> => {
  const content = await sourceBoxContent(bytes, sidx)
  if (content === null || content.length < 24) return false
  const isLong = content[0] === 1
  if (isLong && content.length < 32) return false
  const firstOffset = isLong ? Number(content.readBigUInt64BE(20)) : content.readUInt32BE(16)
  const references = content.subarray(isLong ? 32 : 24)
  let end = sidx.end + firstOffset
  for (let at = 0; at + 12 <= references.length; at += 12) end += references.readUInt32BE(at) & 0x7fff_ffff
  const last = boxes.at(-1)
  return end === bytes.size || (last?.type === 'mfra' && last.start === end)
}

const trackIn = async (bytes: SourceBytes, trak: SourceBox) => {
  const tkhd = await firstContent(bytes, trak, 'tkhd')
  const mdhd = await firstContent(bytes, trak, 'mdia', 'mdhd')
  const hdlr = await firstContent(bytes, trak, 'mdia', 'hdlr')
  const stsd = await boxAlong(bytes, trak, 'mdia', 'minf', 'stbl', 'stsd')
  const stsz = await firstContent(bytes, trak, 'mdia', 'minf', 'stbl', 'stsz')
  const [id, timescale] = [fieldAfterTimes(tkhd), fieldAfterTimes(mdhd)]
  const kind = hdlr?.toString('latin1', 8, 12)
  if (id === null || !timescale || (kind !== 'vide' && kind !== 'soun')) return null
  return {
    id,
    timescale,
    isVideo: kind === 'vide',
    durationTicks: durationIn(tkhd),
    hasSamples: stsz !== null && stsz.length >= 12 && stsz.readUInt32BE(8) > 0,
    colour: stsd === undefined || kind !== 'vide' ? null : await readNclx(bytes, stsd),
  }
}

/**
 * Returns when the last frame of a video track is shown. Only frames that may be reordered are examined,
 * because for all others engines agree.
 */
const lastFrameIn = async (
  bytes: SourceBytes,
  trak: SourceBox,
  fragments: ReadonlyArray<FragmentTimes>,
  timescales: Timescales,
): Promise<LastFrame | null> => {
  const elst = await firstContent(bytes, trak, 'edts', 'elst')
  const edit = elst === null ? null : readEdit(elst, timescales)
  if (elst !== null && edit === null) return null
  const samples = await boxAlong(bytes, trak, 'mdia', 'minf', 'stbl')
  const [stts, ctts] = [await tableIn(bytes, samples, 'stts'), await tableIn(bytes, samples, 'ctts')]
  const shown = fragments.some(({ hasOffsets }) => hasOffsets)
    ? joinedSamples(fragments)
    : stts === null || ctts === null || fragments.length > 0
      ? null
      : readShownSamples(stts, ctts, edit?.startTicks ?? Number.NEGATIVE_INFINITY)
  return shown === null ? null : lastFrameOf(shown, edit, timescales.track)
}

/** Returns the times of the samples of all fragments; `null` if those of a fragment are unknown. */
const joinedSamples = (fragments: ReadonlyArray<FragmentTimes>): ShownSamples | null => {
  let joined: ShownSamples | null = null
  for (const { shown } of fragments) {
    if (shown === null) return null
    joined = joined === null ? shown : joinShownSamples(joined, shown)
  }
  return joined
}

const tableIn = async (bytes: SourceBytes, stbl: SourceBox | undefined, type: string) => {
  const table = stbl === undefined ? undefined : await boxAlong(bytes, stbl, type)
  return table === undefined ? null : sourceBoxContent(bytes, table)
}

/**
 * Returns the field that comes after the times of `tkhd` or `mdhd`. Both boxes start with version, flags, and
 * two times of 32 bits (64 bits in version 1).
 */
const fieldAfterTimes = (content: Buffer | null): number | null => {
  const at = content?.[0] === 1 ? 20 : 12
  return content === null || content.length < at + 4 ? null : content.readUInt32BE(at)
}

/** Duration in a `tkhd`, in ticks of the movie; 0 and all ones are unknown (ISO/IEC 14496-12 §8.3.2). */
const durationIn = (tkhd: Buffer | null): number | null => {
  const isLong = tkhd?.[0] === 1
  if (tkhd === null || tkhd.length < (isLong ? 36 : 24)) return null
  const ticks = isLong ? Number(tkhd.readBigUInt64BE(28)) : tkhd.readUInt32BE(20)
  return ticks === 0 || ticks >= (isLong ? 2 ** 53 : 2 ** 32 - 1) ? null : ticks
}

const firstContent = async (
  bytes: SourceBytes,
  parent: SourceBox,
  ...path: ReadonlyArray<string>
): Promise<Buffer | null> => {
  const box = await boxAlong(bytes, parent, ...path)
  return box === undefined ? null : sourceBoxContent(bytes, box, MAX_HEAD_BYTES)
}

/** Returns the first box of each type in `path`, one inside the other. */
const boxAlong = async (
  bytes: SourceBytes,
  parent: SourceBox,
  ...path: ReadonlyArray<string>
): Promise<SourceBox | undefined> => {
  let box: SourceBox | undefined = parent
  for (const type of path) [box] = box === undefined ? [] : await childrenOf(bytes, box, type)
  return box
}

/**
 * Maximum number of bytes that are read of a box in a track. Sample tables grow with the file, but only their
 * start is needed.
 */
const MAX_HEAD_BYTES = 2 ** 16

const childrenOf = async (bytes: SourceBytes, parent: SourceBox, type: string) =>
  (await childBoxesIn(bytes, parent)).filter((box) => box.type === type)
