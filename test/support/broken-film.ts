import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readProgressive } from '../../src/adapters/transcode/isobmff/read-progressive.ts'
import { segmentRenditions } from '../../src/adapters/transcode/isobmff/segment-renditions.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import type { TranscodeResult, Transcoder } from '../../src/ports/transcoder.ts'
import { boxAlong, boxesAlong } from './edit-mp4.ts'
import { right } from './expect-right.ts'
import { progressiveFileOf } from './fake-transcode-result.ts'
import { box, u32 } from './mp4-writer.ts'
import { mediaPath } from './transcoding.ts'

/** A valid film of four seconds in two sizes, with audio, and functions that break copies of it. */
export type GoodFilm = {
  readonly made: TranscodeResult
  readonly plan: MediaPlan
  /** Edits one rendition, reads all again, and pairs them with mp4 readings that agree with them. */
  readonly broken: (name: string, edit: (bytes: Buffer) => Buffer) => Promise<TranscodeResult>
  /** Edits the mp4s of one rendition, and reads these again. */
  readonly brokenMp4: (name: string, edit: (bytes: Buffer) => Buffer) => Promise<TranscodeResult>
}

export const makeGoodFilm = async (transcoder: Transcoder, folder: string): Promise<GoodFilm> => {
  const path = mediaPath('bunny.mp4')
  const facts = await right(transcoder.probe(path))
  const plan = { ...planMedia(facts), partSeconds: 2 }
  const target = join(folder, 'good')
  await mkdir(target)
  const made = await right(transcoder.transcode(path, facts, plan, target, () => {}))
  return {
    made,
    plan,
    broken: async (name, edit) => {
      const copies = await mkdtemp(join(folder, 'broken-'))
      for (const { name: rendition, init } of made.renditions) {
        const copy = join(copies, `${rendition}.mp4`)
        if (rendition === name) await writeFile(copy, edit(await readFile(init.path)))
        else await copyFile(init.path, copy)
      }
      const renditions = await segmentRenditions(plan, copies)
      const progressive = made.progressive.map((file) =>
        progressiveFileOf(renditions.filter((rendition) => file.renditions.includes(rendition.name))),
      )
      return { ...made, renditions, progressive }
    },
    brokenMp4: async (name, edit) => {
      const copies = await mkdtemp(join(folder, 'broken-'))
      const progressive = made.progressive.map(async (progressiveFile) => {
        if (!progressiveFile.renditions.includes(name)) return progressiveFile
        const copy = join(copies, 'film.mp4')
        await writeFile(copy, edit(await readFile(progressiveFile.file.path)))
        return { ...progressiveFile, parsed: await readProgressive(copy) }
      })
      return { ...made, progressive: await Promise.all(progressive) }
    },
  }
}

const track = ['moov', 'trak', 'mdia'] as const
const entries = [...track, 'minf', 'stbl', 'stsd'] as const

/** Edits a copy. */
const edited =
  (edit: (bytes: Buffer) => void) =>
  (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes)
    edit(copy)
    return copy
  }

/** Moves the fragments from index `from` by `ticks` (tfdt, ISO/IEC 14496-12 §8.8.12). */
export const moveFragments = (from: number, ticks: number) =>
  edited((bytes) => {
    for (const { body } of boxesAlong(bytes, ['moof', 'traf', 'tfdt']).slice(from)) {
      if (bytes[body] === 1) bytes.writeBigUInt64BE(bytes.readBigUInt64BE(body + 4) + BigInt(ticks), body + 4)
      else bytes.writeUInt32BE(bytes.readUInt32BE(body + 4) + ticks, body + 4)
    }
  })

/** Cuts off the last fragment and the rest of the file. */
export const dropLastFragment = (bytes: Buffer): Buffer =>
  bytes.subarray(0, boxAlong(bytes, ['moof'], -1).start)

/** Positions of the fields of a `trun`: those of all samples, and those of the first. */
const readTrun = (bytes: Buffer, index: number) => {
  const { body } = boxAlong(bytes, ['moof', 'traf', 'trun'], index)
  const flags = bytes.readUInt32BE(body) & 0xff_ffff
  const count = bytes.readUInt32BE(body + 4)
  const firstFlags = body + 8 + (flags & 0x01 ? 4 : 0)
  const samples = firstFlags + (flags & 0x04 ? 4 : 0)
  const has = [0x100, 0x200, 0x400, 0x800].map((flag): number => (flags & flag ? 4 : 0))
  const stride = has.reduce((sum, size) => sum + size, 0)
  const offsetOf = (field: number) => has.slice(0, field).reduce((sum, size) => sum + size, 0)
  return { flags, count, firstFlags, samples, stride, offsetOf }
}

const NON_SYNC = 0x0101_0000

/** Marks the first frame of a fragment as no keyframe. */
export const unmarkKeyframe = (index: number) =>
  edited((bytes) => {
    const { flags, firstFlags, samples, offsetOf } = readTrun(bytes, index)
    if (flags & 0x04) bytes.writeUInt32BE(NON_SYNC, firstFlags)
    else if (flags & 0x400) bytes.writeUInt32BE(NON_SYNC, samples + offsetOf(2))
    else throw new Error('the flags are not in the trun')
  })

/** Delays the presentation of each frame by `ticks`, like an encoder that starts late. */
export const delayPresentation = (ticks: number) =>
  edited((bytes) => {
    for (const index of boxesAlong(bytes, ['moof']).keys()) {
      const { flags, count, samples, stride, offsetOf } = readTrun(bytes, index)
      if (!(flags & 0x800)) throw new Error('there are no composition offsets')
      for (let i = 0; i < count; i++) {
        const at = samples + i * stride + offsetOf(3)
        bytes.writeInt32BE(bytes.readInt32BE(at) + ticks, at)
      }
    }
  })

/** Shows a frame inside a fragment at the time of the next one. `ticks`: duration of each frame. */
export const shareTime = (index: number, ticks: number) =>
  edited((bytes) => {
    const { samples, stride, offsetOf } = readTrun(bytes, index)
    const at = samples + 5 * stride + offsetOf(3)
    bytes.writeInt32BE(bytes.readInt32BE(at + stride) + ticks, at)
  })

/** Turns the first track by 180 degrees: the matrix of `tkhd`. */
export const turn = edited((bytes) => {
  const { body } = boxAlong(bytes, ['moov', 'trak', 'tkhd'])
  const matrix = body + (bytes[body] === 1 ? 52 : 40)
  for (const at of [matrix, matrix + 16]) bytes.writeInt32BE(-bytes.readInt32BE(at), at)
})

/** Changes the duration of the samples of a fragment, where they share one. */
export const lengthenSamples = (index: number, ticks: number) =>
  edited((bytes) => {
    const { flags, samples } = readTrun(bytes, index)
    if (flags & 0x100) {
      bytes.writeUInt32BE(ticks, samples)
      return
    }
    const { body } = boxAlong(bytes, ['moof', 'traf', 'tfhd'], index)
    if (!(bytes.readUInt32BE(body) & 0x08)) throw new Error('the duration is in neither')
    bytes.writeUInt32BE(ticks, body + 8 + (bytes.readUInt32BE(body) & 0x02 ? 4 : 0))
  })

/** Makes the first frame of a fragment no IDR frame, although it stays marked as a keyframe. */
export const replaceIdr = (index: number) =>
  edited((bytes) => {
    const mdat = boxAlong(bytes, ['mdat'], index)
    for (let at = mdat.body; at < mdat.start + mdat.size; at += 4 + bytes.readUInt32BE(at))
      if (((bytes[at + 4] ?? 0) & 31) === 5) {
        bytes[at + 4] = ((bytes[at + 4] ?? 0) & 0xe0) | 1
        return
      }
    throw new Error('there is no IDR picture')
  })

const FILLER = 12

/** Adds a NAL unit of filler to the first frame of a fragment: a film whose bit rate is too high there. */
export const fillFirstFrame =
  (index: number, fillerBytes: number) =>
  (bytes: Buffer): Buffer => {
    const filler = Buffer.alloc(4 + fillerBytes, 0xff)
    filler.writeUInt32BE(fillerBytes)
    filler[4] = FILLER
    const { flags, samples, offsetOf } = readTrun(bytes, index)
    if (!(flags & 0x200)) throw new Error('the sizes are not in the trun')
    const copy = Buffer.from(bytes)
    const sizeAt = samples + offsetOf(1)
    const mdat = boxAlong(copy, ['mdat'], index)
    const end = mdat.body + copy.readUInt32BE(sizeAt)
    copy.writeUInt32BE(copy.readUInt32BE(sizeAt) + filler.length, sizeAt)
    copy.writeUInt32BE(mdat.size + filler.length, mdat.start)
    return Buffer.concat([copy.subarray(0, end), filler, copy.subarray(end)])
  }

/** Changes the timescale (ticks a second), but no times. */
export const changeTimescale = (change: (timescale: number) => number) =>
  edited((bytes) => {
    const { body } = boxAlong(bytes, [...track, 'mdhd'])
    const at = body + (bytes[body] === 1 ? 20 : 12)
    bytes.writeUInt32BE(change(bytes.readUInt32BE(at)), at)
  })

export const changeEntryWidth = (width: number) =>
  edited((bytes) => {
    bytes.writeUInt16BE(width, boxAlong(bytes, [...entries, 'avc1']).body + 24)
  })

/** Positions of the profile and of the sequence parameter set in `avcC`. */
const avcC = (bytes: Buffer) => {
  const { body } = boxAlong(bytes, [...entries, 'avc1', 'avcC'])
  return { profile: body + 1, sequence: body + 8, length: bytes.readUInt16BE(body + 6) }
}

/** Announces another level: in the codec string (`entry`), or to decoders as well. */
export const changeLevel = (level: number, where: 'entry' | 'everywhere') =>
  edited((bytes) => {
    const { profile, sequence } = avcC(bytes)
    bytes[profile + 2] = level
    if (where === 'everywhere') bytes[sequence + 3] = level
  })

/** Changes the colour tags in the sequence parameter set, where 1, 1, 1 is not aligned to bytes. */
export const changeColours = (primaries: number, transfer: number, matrix: number) =>
  edited((bytes) => {
    const { sequence, length } = avcC(bytes)
    const bits = [...bytes.subarray(sequence, sequence + length)]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
    const binary = (...numbers: ReadonlyArray<number>) =>
      numbers.map((number) => number.toString(2).padStart(8, '0')).join('')
    const changed = bits.replace(binary(1, 1, 1), binary(primaries, transfer, matrix))
    if (changed === bits) throw new Error('the colours are not there')
    for (let i = 0; i < length; i++) bytes[sequence + i] = Number.parseInt(changed.slice(i * 8, i * 8 + 8), 2)
  })

/** Announces another number of channels in AudioSpecificConfig. */
export const changeChannels = (channels: number) =>
  edited((bytes) => {
    const { start, size } = boxAlong(bytes, [...entries, 'mp4a', 'esds'])
    const at = bytes.indexOf(Buffer.from([0x11, 0x90]), start) // AAC-LC, 48 kHz, two channels
    if (at < 0 || at > start + size) throw new Error('the configuration is not there')
    bytes[at + 1] = ((bytes[at + 1] ?? 0) & 0x87) | (channels << 3)
  })

/** Moves the `moov` of an mp4 to its end. */
export const moveMoovToEnd = (bytes: Buffer): Buffer => {
  const { start, size } = boxAlong(bytes, ['moov'])
  return Buffer.concat([
    bytes.subarray(0, start),
    bytes.subarray(start + size),
    bytes.subarray(start, start + size),
  ])
}

/** Marks the frame after the second keyframe of an mp4 in place of it. */
export const moveKeyframe = edited((bytes) => {
  const { body } = boxAlong(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stss'])
  bytes.writeUInt32BE(bytes.readUInt32BE(body + 12) + 1, body + 12)
})

/** Announces one sample less in the first track of an mp4. */
export const dropSampleFromIndex = edited((bytes) => {
  const { body } = boxAlong(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsz'])
  bytes.writeUInt32BE(bytes.readUInt32BE(body + 8) - 1, body + 8)
})

/** Shortens the announced duration of the first track of an mp4 by `ticks`. */
export const shortenTrack = (ticks: number) =>
  edited((bytes) => {
    const { body } = boxAlong(bytes, ['moov', 'trak', 'mdia', 'mdhd'])
    const at = body + (bytes[body] === 1 ? 28 : 16)
    bytes.writeUInt32BE(bytes.readUInt32BE(at) - ticks, at)
  })

/** Cuts off the first 1024 ticks of a rendition by an edit list (ISO/IEC 14496-12 §8.6.6). */
export const addEditList = (bytes: Buffer): Buffer => {
  const list = box('edts', box('elst', u32(0, 1, 0, 1024, 0x1_0000)))
  const [moov, trak] = [boxAlong(bytes, ['moov']), boxAlong(bytes, ['moov', 'trak'])]
  const end = trak.start + trak.size
  const longer = Buffer.concat([bytes.subarray(0, end), list, bytes.subarray(end)])
  for (const { start, size } of [moov, trak]) longer.writeUInt32BE(size + list.length, start)
  return longer
}

/** Starts the first track of an mp4 `ticks` later, by its existing edit list. */
export const startLaterByEditList = (ticks: number) =>
  edited((bytes) => {
    const { body } = boxAlong(bytes, ['moov', 'trak', 'edts', 'elst'])
    if (bytes[body] !== 0 || bytes.readUInt32BE(body + 4) !== 1) throw new Error('it has another edit list')
    bytes.writeInt32BE(bytes.readInt32BE(body + 12) + ticks, body + 12)
  })
