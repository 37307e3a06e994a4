import { type FileHandle, open } from 'node:fs/promises'
import type { ProgressiveReading } from '../../../domain/examiner/readings.ts'
import { fieldsOf, malformedBox } from './isobmff.ts'
import { boxesBetween, type PlacedBox, readBytesAt } from './isobmff-file.ts'
import { readSampleEntry } from './isobmff-track.ts'

type ProgressiveTrack = ProgressiveReading['tracks'][number]

/** Reads what a progressive mp4 says of itself. Its tables of samples, which grow with it, are not loaded. */
export const readProgressive = async (path: string): Promise<ProgressiveReading> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const boxes = await boxesBetween(file, 0, size)
    const moov = await inside(file, only(boxes, 'moov'))
    const tracks: ProgressiveTrack[] = []
    for (const trak of moov.filter(({ type }) => type === 'trak')) tracks.push(await readTrak(file, trak))
    const types = boxes.map(({ type }) => type)
    return { bytes: size, isFastStart: types.indexOf('moov') < types.indexOf('mdat'), tracks }
  } finally {
    await file.close()
  }
}

const inside = (file: FileHandle, { start, end }: PlacedBox) => boxesBetween(file, start, end)

const only = (boxes: ReadonlyArray<PlacedBox>, type: string): PlacedBox => {
  const [box, ...others] = boxes.filter((one) => one.type === type)
  if (box === undefined || others.length > 0) throw malformedBox(`no ${type} box, or more than one`)
  return box
}

const readTrak = async (file: FileHandle, trak: PlacedBox): Promise<ProgressiveTrack> => {
  const mdia = await inside(file, only(await inside(file, trak), 'mdia'))
  const minf = await inside(file, only(mdia, 'minf'))
  const stbl = await inside(file, only(minf, 'stbl'))
  const bodyOf = ({ start, end }: PlacedBox) => readBytesAt(file, start, end - start)
  const { codec } = readSampleEntry(await bodyOf(only(stbl, 'stsd')))
  // SampleSizeBox: version and flags, a size common to all, and how many there are (ISO/IEC 14496-12 §8.7.3).
  const sizes = fieldsOf(await readBytesAt(file, only(stbl, 'stsz').start, 12), 'stsz')
  sizes.skip(8)
  return { codec, samples: sizes.u32(), seconds: readSeconds(await bodyOf(only(mdia, 'mdhd'))) }
}

/** MediaHeaderBox (ISO/IEC 14496-12 §8.4.2). */
const readSeconds = (mdhd: Uint8Array): number => {
  const fields = fieldsOf(mdhd, 'mdhd')
  const isLarge = fields.u8() === 1
  fields.skip(3 + (isLarge ? 16 : 8))
  const timescale = fields.u32()
  return (isLarge ? fields.u64() : fields.u32()) / timescale
}
