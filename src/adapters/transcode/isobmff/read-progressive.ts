import { type FileHandle, open } from 'node:fs/promises'
import type { ParsedProgressive } from '../../../domain/examiner/parsed-media.ts'
import { createFieldReader, malformedBox } from './isobmff.ts'
import { type BoxRange, boxRangesBetween, onlyBoxOf, readBoxAt, readBytesAt } from './isobmff-file.ts'
import { readSampleEntry } from './isobmff-track.ts'
import { readTrackHeader } from './track-header.ts'

type ProgressiveTrack = ParsedProgressive['tracks'][number]

/**
 * Reads the facts of a progressive MP4. Of the sample tables, only the table of keyframes is loaded
 * completely.
 */
export const readProgressive = async (path: string): Promise<ParsedProgressive> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const boxes = await boxRangesBetween(file, 0, size)
    const moov = await childBoxesOf(file, onlyBoxOf(boxes, 'moov'))
    const movie = await readTimes(file, onlyBoxOf(moov, 'mvhd'))
    const tracks: ProgressiveTrack[] = []
    for (const trak of moov.filter(({ type }) => type === 'trak'))
      tracks.push(await readTrak(file, trak, movie.timescale))
    const types = boxes.map(({ type }) => type)
    return { bytes: size, isFastStart: types.indexOf('moov') < types.indexOf('mdat'), tracks }
  } finally {
    await file.close()
  }
}

const childBoxesOf = (file: FileHandle, { start, end }: BoxRange) => boxRangesBetween(file, start, end)

const readTrak = async (
  file: FileHandle,
  trak: BoxRange,
  movieTimescale: number,
): Promise<ProgressiveTrack> => {
  const boxes = await childBoxesOf(file, trak)
  const mdia = await childBoxesOf(file, onlyBoxOf(boxes, 'mdia'))
  const minf = await childBoxesOf(file, onlyBoxOf(mdia, 'minf'))
  const stbl = await childBoxesOf(file, onlyBoxOf(minf, 'stbl'))
  const { isUpright } = readTrackHeader(await readBoxAt(file, onlyBoxOf(boxes, 'tkhd')))
  const { codec } = readSampleEntry(await readBoxAt(file, onlyBoxOf(stbl, 'stsd')))
  // Fields of SampleSizeBox: version and flags, common size, number of samples (ISO/IEC 14496-12 §8.7.3).
  const sizes = createFieldReader(await readBytesAt(file, onlyBoxOf(stbl, 'stsz').start, 12), 'stsz')
  sizes.skip(8)
  const { timescale, duration } = await readTimes(file, onlyBoxOf(mdia, 'mdhd'))
  const seconds = duration / timescale
  const firstOffset = (await readFirstOffset(file, stbl)) / timescale
  const edits = await readEdits(file, boxes)
  const delay = edits.filter(({ from }) => from < 0).reduce((sum, edit) => sum + edit.duration, 0)
  const shown = edits.filter(({ from }) => from >= 0)
  return {
    codec,
    isUpright,
    samples: sizes.u32(),
    keyframes: await readKeyframes(file, stbl),
    seconds,
    shownFromSeconds: firstOffset + delay / movieTimescale - (shown[0]?.from ?? 0) / timescale,
    shownSeconds:
      shown.length === 0 ? seconds : shown.reduce((sum, edit) => sum + edit.duration, 0) / movieTimescale,
  }
}

/**
 * Reads a MovieHeaderBox or MediaHeaderBox. Both start with the same fields
 * (ISO/IEC 14496-12 §8.2.2 and §8.4.2).
 */
const readTimes = async (file: FileHandle, header: BoxRange) => {
  const fields = createFieldReader(await readBoxAt(file, header), header.type)
  const isLarge = fields.u8() === 1
  fields.skip(3 + (isLarge ? 16 : 8))
  return { timescale: fields.u32(), duration: isLarge ? fields.u64() : fields.u32() }
}

/**
 * Reads the SyncSampleBox (ISO/IEC 14496-12 §8.6.2). Returns `null` if there is no such box, which means that
 * every sample is a keyframe.
 */
const readKeyframes = async (
  file: FileHandle,
  stbl: ReadonlyArray<BoxRange>,
): Promise<ReadonlyArray<number> | null> => {
  const box = stbl.find(({ type }) => type === 'stss')
  if (box === undefined) return null
  const fields = createFieldReader(await readBoxAt(file, box), 'stss')
  fields.skip(4)
  const count = fields.u32()
  if (4 * count > fields.rest().length) throw malformedBox('stss is too short')
  return Array.from({ length: count }, () => fields.u32())
}

/**
 * Returns the composition offset of the first sample, in ticks (CompositionOffsetBox,
 * ISO/IEC 14496-12 §8.6.1.3).
 */
const readFirstOffset = async (file: FileHandle, stbl: ReadonlyArray<BoxRange>): Promise<number> => {
  const box = stbl.find(({ type }) => type === 'ctts')
  if (box === undefined) return 0
  const fields = createFieldReader(await readBytesAt(file, box.start, 16), 'ctts')
  fields.skip(12)
  return fields.i32()
}

/**
 * An edit of an edit list. `duration` is in ticks of the movie. `from` is the start in ticks of the track; -1
 * for an empty edit.
 */
type Edit = { readonly duration: number; readonly from: number }

/** Reads the EditListBox (ISO/IEC 14496-12 §8.6.6). */
const readEdits = async (file: FileHandle, trak: ReadonlyArray<BoxRange>): Promise<ReadonlyArray<Edit>> => {
  const edts = trak.find(({ type }) => type === 'edts')
  if (edts === undefined) return []
  const fields = createFieldReader(
    await readBoxAt(file, onlyBoxOf(await childBoxesOf(file, edts), 'elst')),
    'elst',
  )
  const isLarge = fields.u8() === 1
  fields.skip(3)
  return Array.from({ length: fields.u32() }, () => {
    const duration = isLarge ? fields.u64() : fields.u32()
    const from = isLarge ? fields.i32() * 2 ** 32 + fields.u32() : fields.i32()
    fields.skip(4)
    return { duration, from }
  })
}
