import type { FragmentTimes } from './lateness.ts'
import { sourceBoxesIn } from './source-boxes.ts'

/** Colours as code points of ITU-T H.273. */
export type NclxColour = { readonly primaries: number; readonly transfer: number; readonly matrix: number }

/** Size of the fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12 §12.1.3). */
const VISUAL_ENTRY_BYTES = 78

/**
 * Reads the ColourInformationBox (ISO/IEC 14496-12 §12.1.5) of the first entry of a SampleDescriptionBox. The
 * type `nclc` is QuickTime's.
 */
export const readNclx = (stsd: Buffer): NclxColour | null => {
  const [entry] = sourceBoxesIn(stsd.subarray(8))
  const colours = sourceBoxesIn(entry?.body.subarray(VISUAL_ENTRY_BYTES) ?? Buffer.alloc(0))
    .filter(({ type, body }) => type === 'colr' && body.length >= 10)
    .map(({ body }) => body)
  const colr = colours.find((body) => ['nclx', 'nclc'].includes(body.toString('latin1', 0, 4)))
  if (colr === undefined) return null
  return { primaries: colr.readUInt16BE(4), transfer: colr.readUInt16BE(6), matrix: colr.readUInt16BE(8) }
}

/** Reads the times of each track fragment in the body of a `moof` (ISO/IEC 14496-12 §8.8). */
export const readFragmentTimes = (moof: Buffer): ReadonlyArray<Omit<FragmentTimes, 'isReadAhead'>> =>
  sourceBoxesIn(moof)
    .filter(({ type }) => type === 'traf')
    .flatMap(({ body }) => {
      const boxes = sourceBoxesIn(body)
      const tfhd = boxes.find(({ type }) => type === 'tfhd')?.body
      if (tfhd === undefined || tfhd.length < 8) return []
      const offsets = boxes.filter(({ type }) => type === 'trun').map((run) => offsetsIn(run.body))
      return [
        {
          trackId: tfhd.readUInt32BE(4),
          startTicks: startIn(boxes.find(({ type }) => type === 'tfdt')?.body),
          firstOffset: offsets[0]?.first ?? 0,
          smallestOffset: offsets.reduce((least, { smallest }) => Math.min(least, smallest), 0),
        },
      ]
    })

const startIn = (tfdt: Buffer | undefined): number | null => {
  if (tfdt === undefined || tfdt.length < 8) return null
  if (tfdt[0] !== 1) return tfdt.readUInt32BE(4)
  return tfdt.length < 12 ? null : Number(tfdt.readBigUInt64BE(4))
}

const DATA_OFFSET = 0x01
const FIRST_FLAGS = 0x04
const OFFSETS = 0x800
/** Flags of the fields that each sample may have, in order: duration, size, flags, composition offset. */
const SAMPLE_FIELDS = [0x100, 0x200, 0x400, OFFSETS]

/**
 * Returns the composition offsets of a run as signed numbers. Encoders write negative offsets in version 0,
 * too, and engines accept them.
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
