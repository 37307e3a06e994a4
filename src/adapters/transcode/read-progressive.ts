import { type FileHandle, open } from 'node:fs/promises'
import type { ProgressiveReading } from '../../domain/examiner/readings.ts'
import { fieldsOf, malformed } from './isobmff.ts'
import { boxesBetween, bytesAt, type PlacedBox } from './isobmff-file.ts'
import { readSampleEntry } from './isobmff-track.ts'

type ProgressiveTrack = ProgressiveReading['tracks'][number]

/** Reads what a progressive mp4 says of itself. Its tables of samples, which grow with it, are not loaded. */
export const readProgressive = async (path: string): Promise<ProgressiveReading> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const boxes = await boxesBetween(file, 0, size)
    const moov = await inside(file, only(boxes, 'moov'))
    const movie = await readTimes(file, only(moov, 'mvhd'))
    const tracks: ProgressiveTrack[] = []
    for (const trak of moov.filter(({ type }) => type === 'trak'))
      tracks.push(await readTrak(file, trak, movie.timescale))
    const types = boxes.map(({ type }) => type)
    return { bytes: size, isFastStart: types.indexOf('moov') < types.indexOf('mdat'), tracks }
  } finally {
    await file.close()
  }
}

const inside = (file: FileHandle, { start, end }: PlacedBox) => boxesBetween(file, start, end)

const only = (boxes: ReadonlyArray<PlacedBox>, type: string): PlacedBox => {
  const [box, ...others] = boxes.filter((one) => one.type === type)
  if (box === undefined || others.length > 0) throw malformed(`no ${type} box, or more than one`)
  return box
}

const readTrak = async (
  file: FileHandle,
  trak: PlacedBox,
  movieTimescale: number,
): Promise<ProgressiveTrack> => {
  const boxes = await inside(file, trak)
  const mdia = await inside(file, only(boxes, 'mdia'))
  const minf = await inside(file, only(mdia, 'minf'))
  const stbl = await inside(file, only(minf, 'stbl'))
  const { codec } = readSampleEntry(await bodyOf(file, only(stbl, 'stsd')))
  // SampleSizeBox: version and flags, a size common to all, and how many there are (ISO/IEC 14496-12 §8.7.3).
  const sizes = fieldsOf(await bytesAt(file, only(stbl, 'stsz').start, 12), 'stsz')
  sizes.skip(8)
  const { timescale, duration } = await readTimes(file, only(mdia, 'mdhd'))
  const seconds = duration / timescale
  const firstOffset = (await readFirstOffset(file, stbl)) / timescale
  const edits = await readEdits(file, boxes)
  const delay = edits.filter(({ from }) => from < 0).reduce((sum, edit) => sum + edit.duration, 0)
  const shown = edits.filter(({ from }) => from >= 0)
  return {
    codec,
    samples: sizes.u32(),
    seconds,
    shownFromSeconds: firstOffset + delay / movieTimescale - (shown[0]?.from ?? 0) / timescale,
    shownSeconds:
      shown.length === 0 ? seconds : shown.reduce((sum, edit) => sum + edit.duration, 0) / movieTimescale,
  }
}

const bodyOf = (file: FileHandle, { start, end }: PlacedBox) => bytesAt(file, start, end - start)

/** MovieHeaderBox and MediaHeaderBox begin alike (ISO/IEC 14496-12 §8.2.2 and §8.4.2). */
const readTimes = async (file: FileHandle, header: PlacedBox) => {
  const fields = fieldsOf(await bodyOf(file, header), header.type)
  const isLarge = fields.u8() === 1
  fields.skip(3 + (isLarge ? 16 : 8))
  return { timescale: fields.u32(), duration: isLarge ? fields.u64() : fields.u32() }
}

/** Ticks by which the first sample is shown later than it is decoded (CompositionOffsetBox, ISO/IEC 14496-12 §8.6.1.3). */
const readFirstOffset = async (file: FileHandle, stbl: ReadonlyArray<PlacedBox>): Promise<number> => {
  const box = stbl.find(({ type }) => type === 'ctts')
  if (box === undefined) return 0
  const fields = fieldsOf(await bytesAt(file, box.start, 16), 'ctts')
  fields.skip(12)
  return fields.i32()
}

/** `duration` in ticks of the movie, `from` in those of the track; -1: nothing is shown. */
type Edit = { readonly duration: number; readonly from: number }

/** EditListBox (ISO/IEC 14496-12 §8.6.6). */
const readEdits = async (file: FileHandle, trak: ReadonlyArray<PlacedBox>): Promise<ReadonlyArray<Edit>> => {
  const edts = trak.find(({ type }) => type === 'edts')
  if (edts === undefined) return []
  const fields = fieldsOf(await bodyOf(file, only(await inside(file, edts), 'elst')), 'elst')
  const isLarge = fields.u8() === 1
  fields.skip(3)
  return Array.from({ length: fields.u32() }, () => {
    const duration = isLarge ? fields.u64() : fields.u32()
    const from = isLarge ? fields.i32() * 2 ** 32 + fields.u32() : fields.i32()
    fields.skip(4)
    return { duration, from }
  })
}
