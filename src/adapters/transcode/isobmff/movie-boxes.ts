import type { SourceBytes } from '../source-bytes.ts'
import type { FragmentTimes } from './lateness.ts'
import { createSampleMeter } from './shown-samples.ts'
import { childBoxesIn, type SourceBox, sourceBoxContent, sourceBoxesBetween } from './source-boxes.ts'

/** Colours as code points of ITU-T H.273. */
export type NclxColour = { readonly primaries: number; readonly transfer: number; readonly matrix: number }

/** Size of the fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12 §12.1.3). */
const VISUAL_ENTRY_BYTES = 78
/** Bytes that are read from a `colr` box: its four-character type, and three code points of 16 bits. */
const NCLX_BYTES = 10
/** The entries of a SampleDescriptionBox come after its version, its flags and a count. */
export const SAMPLE_ENTRIES_AT = 8

/**
 * Reads the ColourInformationBox (ISO/IEC 14496-12 §12.1.5) of the first entry of a SampleDescriptionBox. The
 * type `nclc` is QuickTime's.
 */
export const readNclx = async (bytes: SourceBytes, stsd: SourceBox): Promise<NclxColour | null> => {
  const [entry] = await sourceBoxesBetween(bytes, stsd.body + SAMPLE_ENTRIES_AT, stsd.end, 1)
  if (entry === undefined) return null
  for (const box of await childBoxesIn(bytes, entry, entry.body + VISUAL_ENTRY_BYTES)) {
    if (box.type !== 'colr') continue
    const colr = await sourceBoxContent(bytes, box, NCLX_BYTES)
    if (colr === null || colr.length < NCLX_BYTES) continue
    if (!['nclx', 'nclc'].includes(colr.toString('latin1', 0, 4))) continue
    return { primaries: colr.readUInt16BE(4), transfer: colr.readUInt16BE(6), matrix: colr.readUInt16BE(8) }
  }
  return null
}

/**
 * Reads the times of each track fragment in a `moof` (ISO/IEC 14496-12 §8.8). `durations`: the default
 * durations of samples, by the ids of tracks.
 */
export async function* readFragmentTimes(
  bytes: SourceBytes,
  moof: SourceBox,
  durations: ReadonlyMap<number, number>,
): AsyncIterable<Omit<FragmentTimes, 'isReadAhead'>> {
  for (const traf of await childBoxesIn(bytes, moof)) {
    if (traf.type !== 'traf') continue
    const boxes = await childBoxesIn(bytes, traf)
    const tfhd = await firstOf(bytes, boxes, 'tfhd')
    if (tfhd === null || tfhd.length < 8) continue
    const trackId = tfhd.readUInt32BE(4)
    const startTicks = startIn(await firstOf(bytes, boxes, 'tfdt'))
    const meter = createSampleMeter(startTicks ?? 0)
    const defaultTicks = defaultDurationIn(tfhd) ?? durations.get(trackId) ?? 0
    let [firstOffset, smallestOffset, hasOffsets]: [number | null, number, boolean] = [null, 0, false]
    let isComplete = startTicks !== null
    for (const run of boxes) {
      if (run.type !== 'trun') continue
      const trun = await sourceBoxContent(bytes, run)
      if (trun === null) isComplete = false
      for (const samples of trun === null ? [] : samplesIn(trun, defaultTicks)) {
        firstOffset ??= samples.offset
        smallestOffset = Math.min(smallestOffset, samples.offset)
        hasOffsets ||= samples.offset !== 0
        meter.take(samples)
      }
    }
    const shown = isComplete ? meter.shown() : null
    yield { trackId, startTicks, firstOffset: firstOffset ?? 0, smallestOffset, hasOffsets, shown }
  }
}

/** Maximum number of bytes that are read of a `tfhd` or `tfdt`. All their fields come before it. */
const FIELDS_BYTES = 64

const firstOf = async (
  bytes: SourceBytes,
  boxes: ReadonlyArray<SourceBox>,
  type: string,
): Promise<Buffer | null> => {
  const box = boxes.find((one) => one.type === type)
  return box === undefined ? null : sourceBoxContent(bytes, box, FIELDS_BYTES)
}

const startIn = (tfdt: Buffer | null): number | null => {
  if (tfdt === null || tfdt.length < 8) return null
  if (tfdt[0] !== 1) return tfdt.readUInt32BE(4)
  return tfdt.length < 12 ? null : Number(tfdt.readBigUInt64BE(4))
}

const DATA_OFFSET = 0x01
const FIRST_FLAGS = 0x04
const DURATIONS = 0x100
const OFFSETS = 0x800
/** Flags of the fields that each sample may have, in order: duration, size, flags, composition offset. */
const SAMPLE_FIELDS = [DURATIONS, 0x200, 0x400, OFFSETS]

/**
 * Yields the samples of a run, with composition offsets as signed numbers. Version 0 defines unsigned offsets,
 * but encoders also write negative ones there, and engines accept them.
 */
function* samplesIn(trun: Buffer, defaultTicks: number) {
  if (trun.length < 8) return
  const flags = trun.readUInt32BE(0) & 0xff_ffff
  const sampleBytes = 4 * SAMPLE_FIELDS.filter((flag) => flags & flag).length
  if ((flags & (DURATIONS | OFFSETS)) === 0) {
    yield { count: trun.readUInt32BE(4), ticks: defaultTicks, offset: 0 }
    return
  }
  const head = 8 + [DATA_OFFSET, FIRST_FLAGS].filter((flag) => flags & flag).length * 4
  for (let at = head + sampleBytes; at <= trun.length; at += sampleBytes) {
    const ticks = (flags & DURATIONS) === 0 ? defaultTicks : trun.readUInt32BE(at - sampleBytes)
    yield { count: 1, ticks, offset: (flags & OFFSETS) === 0 ? 0 : trun.readInt32BE(at - 4) }
  }
}

const BASE_DATA_OFFSET = 0x01
const DESCRIPTION_INDEX = 0x02
const DEFAULT_DURATION = 0x08

/** Returns the default duration of samples in a `tfhd`; `null` if it has none. */
const defaultDurationIn = (tfhd: Buffer): number | null => {
  const flags = tfhd.readUInt32BE(0)
  const at = 8 + (flags & BASE_DATA_OFFSET ? 8 : 0) + (flags & DESCRIPTION_INDEX ? 4 : 0)
  return (flags & DEFAULT_DURATION) === 0 || tfhd.length < at + 4 ? null : tfhd.readUInt32BE(at)
}

/** Returns the default durations of samples in the `trex` boxes of a movie, by the ids of tracks. */
export const readDefaultDurations = async (
  bytes: SourceBytes,
  moov: SourceBox,
): Promise<ReadonlyMap<number, number>> => {
  const durations = new Map<number, number>()
  const mvex = (await childBoxesIn(bytes, moov)).find(({ type }) => type === 'mvex')
  for (const box of mvex === undefined ? [] : await childBoxesIn(bytes, mvex)) {
    if (box.type !== 'trex') continue
    const trex = await sourceBoxContent(bytes, box, FIELDS_BYTES)
    if (trex !== null && trex.length >= 16) durations.set(trex.readUInt32BE(4), trex.readUInt32BE(12))
  }
  return durations
}
