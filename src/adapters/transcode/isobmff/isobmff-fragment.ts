import type { EqualSamples } from '../../../domain/examiner/decoder-buffer.ts'
import type { ParsedFragment } from '../../../domain/examiner/parsed-media.ts'
import { boxesIn, createFieldReader, type FieldReader, malformedBox, requireOneBox } from './isobmff.ts'
import type { SampleDefaults, Track } from './isobmff-track.ts'

/** Facts from the boxes of a fragment, without the bytes of its samples. */
export type Fragment = Omit<ParsedFragment, 'startsWithIdr' | 'peakBufferBits' | 'bytes'> & {
  /** Position of the first sample in bytes from the start of the `moof`. */
  readonly firstSampleStart: number
}

/** Range that must contain the samples, in bytes from the start of the `moof`. */
type SampleRange = { readonly start: number; readonly end: number }

/** Receives the samples of a fragment in decode order. */
type SampleListener = (samples: EqualSamples) => void

/** Reads the body of a `moof` that has one track fragment (ISO/IEC 14496-12 §8.8). */
export const readFragment = (
  moof: Uint8Array,
  track: Track,
  room: SampleRange,
  onSamples: SampleListener = () => {},
): Fragment => {
  const traf = requireOneBox(moof, 'traf')
  const defaults = readTfhd(requireOneBox(traf, 'tfhd'), track)
  const startTicks = readTfdt(requireOneBox(traf, 'tfdt'))
  const runs: Run[] = []
  const shownTicks = new Set<number>()
  for (const { body } of boxesIn(traf).filter(({ type }) => type === 'trun')) {
    const before = runs.at(-1)
    const place = { start: before?.end ?? room.start, ticks: before?.endTicks ?? startTicks, shownTicks }
    runs.push(readTrun(body, defaults, place, onSamples))
  }

  const [first, last] = [runs[0], runs.at(-1)]
  if (first === undefined || last === undefined) throw malformedBox('a fragment without samples')
  if (runs.some(({ start, end }) => start < room.start || end > room.end))
    throw malformedBox('samples outside of their fragment')
  return {
    startTicks,
    durationTicks: last.endTicks - startTicks,
    samples: runs.reduce((sum, { samples }) => sum + samples, 0),
    shortestTicks: Math.min(...runs.map((run) => run.shortestTicks)),
    longestTicks: Math.max(...runs.map((run) => run.longestTicks)),
    shownFromTicks: Math.min(...runs.map((run) => run.shownFromTicks)),
    shownToTicks: Math.max(...runs.map((run) => run.shownToTicks)),
    shownTimes: shownTicks.size + runs.reduce((sum, { equalTimes }) => sum + equalTimes, 0),
    isMarkedKey: (first.firstFlags & NON_SYNC) === 0,
    firstSampleStart: first.start,
    firstSampleEnd: first.start + first.firstSize,
  }
}

const NON_SYNC = 0x1_0000

const readTfhd = (body: Uint8Array, track: Track): SampleDefaults => {
  const fields = createFieldReader(body, 'tfhd')
  const flags = fields.u32() & 0xff_ffff
  // The offsets of samples must count from the start of the `moof`. Offsets from the start of the file would
  // be wrong in a segment, because a segment is a slice of the file.
  if (flags & 0x01 || !(flags & 0x2_0000)) throw malformedBox('offsets that do not count from their moof')
  if (fields.u32() !== track.id) throw malformedBox('a fragment of another track')
  if (flags & 0x02) fields.skip(4)
  return {
    duration: flags & 0x08 ? fields.u32() : track.defaults.duration,
    size: flags & 0x10 ? fields.u32() : track.defaults.size,
    flags: flags & 0x20 ? fields.u32() : track.defaults.flags,
  }
}

const readTfdt = (body: Uint8Array): number => {
  const fields = createFieldReader(body, 'tfdt')
  const version = fields.u32() >>> 24
  return version === 1 ? fields.u64() : fields.u32()
}

type Run = Pick<
  Fragment,
  'samples' | 'shortestTicks' | 'longestTicks' | 'shownFromTicks' | 'shownToTicks'
> & {
  readonly start: number
  readonly end: number
  readonly endTicks: number
  /**
   * Number of samples, after the first one, that have no fields of their own. Such samples are equal, so they
   * are counted and not listed.
   */
  readonly equalTimes: number
  readonly firstSize: number
  readonly firstFlags: number
}

const OFFSET_FIELD = 0x800

/** Reads a run of samples (`trun`). A run without an offset starts at the end of the previous run. */
const readTrun = (
  body: Uint8Array,
  defaults: SampleDefaults,
  place: { readonly start: number; readonly ticks: number; readonly shownTicks: Set<number> },
  onSamples: SampleListener,
): Run => {
  const fields = createFieldReader(body, 'trun')
  const head = fields.u32()
  const [version, flags] = [head >>> 24, head & 0xff_ffff]
  const samples = fields.u32()
  const start = flags & 0x01 ? fields.i32() : place.start
  const firstFlags = flags & 0x04 ? fields.u32() : null
  const sampleBytes = [0x100, 0x200, 0x400, OFFSET_FIELD].filter((flag) => flags & flag).length * 4
  if (samples === 0) throw malformedBox('a run without samples')
  if (samples * sampleBytes > fields.rest().length) throw malformedBox('trun is too short')

  const read = sampleReader(fields, flags, version, defaults)
  const first = read()
  onSamples({ count: 1, bytes: first.size, ticks: first.duration })
  let [ticks, size] = [place.ticks + first.duration, first.size]
  let [shortestTicks, longestTicks] = [first.duration, first.duration]
  let shownFromTicks = place.ticks + first.offset
  let shownToTicks = shownFromTicks + first.duration
  place.shownTicks.add(shownFromTicks)
  // Samples without fields are equal, for example in silence. The loop must not run for them, because a few
  // bytes may declare 2^32 of them.
  const others = sampleBytes === 0 ? 0 : samples - 1
  for (let left = others; left > 0; left--) {
    const sample = read()
    onSamples({ count: 1, bytes: sample.size, ticks: sample.duration })
    shortestTicks = Math.min(shortestTicks, sample.duration)
    longestTicks = Math.max(longestTicks, sample.duration)
    place.shownTicks.add(ticks + sample.offset)
    shownFromTicks = Math.min(shownFromTicks, ticks + sample.offset)
    shownToTicks = Math.max(shownToTicks, ticks + sample.offset + sample.duration)
    ticks += sample.duration
    size += sample.size
  }
  const equal = samples - 1 - others
  if (equal > 0) onSamples({ count: equal, bytes: first.size, ticks: first.duration })
  ticks += equal * first.duration
  size += equal * first.size
  return {
    start,
    end: start + size,
    endTicks: ticks,
    samples,
    shortestTicks,
    longestTicks,
    shownFromTicks,
    shownToTicks: Math.max(shownToTicks, equal > 0 ? ticks : shownToTicks),
    equalTimes: first.duration > 0 ? equal : 0,
    firstSize: first.size,
    firstFlags: firstFlags ?? first.flags,
  }
}

type Sample = SampleDefaults & {
  /** Composition offset: ticks from the decoding time to the presentation time. */
  readonly offset: number
}

const sampleReader =
  (fields: FieldReader, flags: number, version: number, defaults: SampleDefaults) => (): Sample => {
    const duration = flags & 0x100 ? fields.u32() : defaults.duration
    const size = flags & 0x200 ? fields.u32() : defaults.size
    const sampleFlags = flags & 0x400 ? fields.u32() : defaults.flags
    const hasOffset = flags & OFFSET_FIELD
    const offset = hasOffset ? (version === 0 ? fields.u32() : fields.i32()) : 0
    return { duration, size, flags: sampleFlags, offset }
  }
