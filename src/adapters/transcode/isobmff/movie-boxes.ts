import type { SourceBytes } from '../source-bytes.ts'
import type { FragmentTimes } from './lateness.ts'
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

/** Reads the times of each track fragment in a `moof` (ISO/IEC 14496-12 §8.8). */
export async function* readFragmentTimes(
  bytes: SourceBytes,
  moof: SourceBox,
): AsyncIterable<Omit<FragmentTimes, 'isReadAhead'>> {
  for (const traf of await childBoxesIn(bytes, moof)) {
    if (traf.type !== 'traf') continue
    const boxes = await childBoxesIn(bytes, traf)
    const tfhd = await firstOf(bytes, boxes, 'tfhd')
    if (tfhd === null || tfhd.length < 8) continue
    const startTicks = startIn(await firstOf(bytes, boxes, 'tfdt'))
    let [firstOffset, smallestOffset]: [number | null, number] = [null, 0]
    for (const run of boxes) {
      if (run.type !== 'trun') continue
      const trun = await sourceBoxContent(bytes, run)
      if (trun === null) continue
      const { first, smallest } = offsetsIn(trun)
      firstOffset ??= first
      smallestOffset = Math.min(smallestOffset, smallest)
    }
    yield { trackId: tfhd.readUInt32BE(4), startTicks, firstOffset: firstOffset ?? 0, smallestOffset }
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
const OFFSETS = 0x800
/** Flags of the fields that each sample may have, in order: duration, size, flags, composition offset. */
const SAMPLE_FIELDS = [0x100, 0x200, 0x400, OFFSETS]

/**
 * Returns the composition offsets of a run as signed numbers. Version 0 defines unsigned offsets, but
 * encoders also write negative ones there, and engines accept them.
 */
const offsetsIn = (trun: Buffer): { readonly first: number; readonly smallest: number } => {
  const none = { first: 0, smallest: 0 }
  if (trun.length < 8) return none
  const flags = trun.readUInt32BE(0) & 0xff_ffff
  if ((flags & OFFSETS) === 0) return none
  const sampleBytes = 4 * SAMPLE_FIELDS.filter((flag) => flags & flag).length
  const head = 8 + [DATA_OFFSET, FIRST_FLAGS].filter((flag) => flags & flag).length * 4
  let [first, smallest]: [number | null, number] = [null, 0]
  for (let at = head + sampleBytes; at <= trun.length; at += sampleBytes) {
    const offset = trun.readInt32BE(at - 4)
    first ??= offset
    smallest = Math.min(smallest, offset)
  }
  return { first: first ?? 0, smallest }
}
