import { boxesIn, type Fields, fieldsOf, malformed, onlyBox } from './isobmff.ts'
import type { SampleDefaults, Track } from './isobmff-track.ts'

/** One `moof` with its `mdat`: a GOP of pictures, or about a second of sound. */
export type Fragment = {
  readonly startTicks: number
  readonly durationTicks: number
  /** Whether each of its samples lasts as long as one of AAC. */
  readonly isEven: boolean
  /** Whether its first sample can be decoded without those before. */
  readonly startsWithKey: boolean
  /** Bytes from the start of the `moof` to the end of its first sample. */
  readonly firstSampleEnd: number
}

/** Where samples may lie: bytes from the start of the `moof`. */
export type SampleRoom = { readonly start: number; readonly end: number }

/** Reads the body of a `moof` with one track fragment (ISO/IEC 14496-12 §8.8). */
export const readFragment = (moof: Uint8Array, track: Track, room: SampleRoom): Fragment => {
  const traf = onlyBox(moof, 'traf')
  const defaults = readTfhd(onlyBox(traf, 'tfhd'), track)
  const startTicks = readTfdt(onlyBox(traf, 'tfdt'))
  const runs: Run[] = []
  for (const { body } of boxesIn(traf).filter(({ type }) => type === 'trun'))
    runs.push(readTrun(body, defaults, runs.at(-1)?.end ?? room.start))

  const first = runs[0]
  if (first === undefined) throw malformed('a fragment without samples')
  if (runs.some(({ start, end }) => start < room.start || end > room.end))
    throw malformed('samples outside of their fragment')
  return {
    startTicks,
    durationTicks: runs.reduce((ticks, run) => ticks + run.durationTicks, 0),
    isEven: runs.every(({ isEven }) => isEven),
    startsWithKey: (first.firstFlags & NON_SYNC) === 0,
    firstSampleEnd: first.start + first.firstSize,
  }
}

const NON_SYNC = 0x1_0000

const readTfhd = (body: Uint8Array, track: Track): SampleDefaults => {
  const fields = fieldsOf(body, 'tfhd')
  const flags = fields.u32() & 0xff_ffff
  // Offsets from the start of the file would be wrong in a part that is cut out of it.
  if (flags & 0x01 || !(flags & 0x2_0000)) throw malformed('offsets that do not count from their moof')
  if (fields.u32() !== track.id) throw malformed('a fragment of another track')
  if (flags & 0x02) fields.skip(4)
  return {
    duration: flags & 0x08 ? fields.u32() : track.defaults.duration,
    size: flags & 0x10 ? fields.u32() : track.defaults.size,
    flags: flags & 0x20 ? fields.u32() : track.defaults.flags,
  }
}

const readTfdt = (body: Uint8Array): number => {
  const fields = fieldsOf(body, 'tfdt')
  const version = fields.u32() >>> 24
  return version === 1 ? fields.u64() : fields.u32()
}

type Run = {
  readonly start: number
  readonly end: number
  readonly durationTicks: number
  readonly isEven: boolean
  readonly firstSize: number
  readonly firstFlags: number
}

/** A run of samples; it begins where the one before ended, unless it says where. */
const readTrun = (body: Uint8Array, defaults: SampleDefaults, follows: number): Run => {
  const fields = fieldsOf(body, 'trun')
  const flags = fields.u32() & 0xff_ffff
  const count = fields.u32()
  const start = flags & 0x01 ? fields.i32() : follows
  const firstFlags = flags & 0x04 ? fields.u32() : null
  const sampleBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  if (count === 0) throw malformed('a run without samples')
  if (count * sampleBytes > fields.rest().length) throw malformed('trun is too short')

  const first = readSample(fields, flags, defaults)
  // Without fields of their own, as in silence, all are alike; and a few bytes may claim four thousand million.
  const others =
    sampleBytes === 0 ? times(defaults, count - 1) : sumSamples(fields, flags, defaults, count - 1)
  return {
    start,
    end: start + first.size + others.size,
    durationTicks: first.duration + others.duration,
    isEven: first.duration === AAC_TICKS && others.isEven,
    firstSize: first.size,
    firstFlags: firstFlags ?? first.flags,
  }
}

/** Of one sample of AAC, in ticks of its sample rate (ISO/IEC 14496-3 §4.5.1.1: `frameLength`). */
export const AAC_TICKS = 1024

type Samples = Pick<SampleDefaults, 'duration' | 'size'> & { readonly isEven: boolean }

const times = ({ duration, size }: SampleDefaults, count: number): Samples => ({
  duration: duration * count,
  size: size * count,
  isEven: count === 0 || duration === AAC_TICKS,
})

const sumSamples = (fields: Fields, flags: number, defaults: SampleDefaults, count: number): Samples => {
  let [duration, size, isEven] = [0, 0, true]
  for (let left = count; left > 0; left--) {
    const sample = readSample(fields, flags, defaults)
    duration += sample.duration
    size += sample.size
    isEven &&= sample.duration === AAC_TICKS
  }
  return { duration, size, isEven }
}

const readSample = (fields: Fields, flags: number, defaults: SampleDefaults): SampleDefaults => {
  const sample = {
    duration: flags & 0x100 ? fields.u32() : defaults.duration,
    size: flags & 0x200 ? fields.u32() : defaults.size,
    flags: flags & 0x400 ? fields.u32() : defaults.flags,
  }
  if (flags & 0x800) fields.skip(4)
  return sample
}
