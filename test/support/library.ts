import type { Larder } from '../../src/composition/larder.ts'
import type { Keyframe, NewContentExport, NewContentPart } from '../../src/domain/media/content-export.ts'
import type { ContentFileUid, ImageFileUid } from '../../src/domain/media/ids.ts'
import type { NewImageExport } from '../../src/domain/media/image-export.ts'
import type { StoredFile } from '../../src/domain/media/stored-file.ts'
import {
  aContentExportUid,
  aNewContentExport,
  aNewContentFile,
  aNewContentPart,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  aStoredFile,
} from './builders.ts'
import { inChunks, sha256 } from './bytes.ts'
import { right } from './expect-right.ts'

/** Stores bytes as an object. */
export const storeBytes = async (
  { store }: Pick<Larder, 'store'>,
  bytes: Uint8Array,
  contentType: string,
): Promise<StoredFile> => {
  const file = aStoredFile({ contentType, size: bytes.length, sha256: sha256(bytes) })
  await right(store.put(file.key, { ...file, open: () => inChunks(bytes) }))
  return file
}

export type SeededImage = {
  readonly uid: ImageFileUid
  readonly exports: ReadonlyArray<NewImageExport>
  readonly jwt: string
}

/** Adds an image with one export for each of the `bodies`. */
export const seedImage = async (
  larder: Larder,
  bodies: ReadonlyArray<Uint8Array> = [Buffer.from('the bytes of a picture')],
): Promise<SeededImage> => {
  const file = aNewImageFile()
  await right(larder.imageFiles.add(file, aNewFileJob()))
  const exports: NewImageExport[] = []
  for (const [index, body] of bodies.entries())
    exports.push(
      aNewImageExport({ width: 320 * (index + 1), file: await storeBytes(larder, body, 'image/webp') }),
    )
  await right(larder.imageFiles.addExports(file.uid, exports, null))
  return { uid: file.uid, exports, jwt: await right(larder.tokens.mint('image', file.uid, 1800)) }
}

/**
 * Adds an image in several formats, with exports 320 and 640 pixels wide. The bytes name format and width.
 */
export const seedFormats = async (larder: Larder, formats: ReadonlyArray<string>): Promise<ImageFileUid> => {
  const file = aNewImageFile()
  await right(larder.imageFiles.add(file, aNewFileJob()))
  const exports: NewImageExport[] = []
  for (const format of formats)
    for (const width of [320, 640]) {
      const stored = await storeBytes(larder, Buffer.from(`${format} of ${width}`), `image/${format}`)
      exports.push(aNewImageExport({ format, width, height: width / 2, file: stored }))
    }
  await right(larder.imageFiles.addExports(file.uid, exports, null))
  return file.uid
}

export type SeededFilm = {
  readonly uid: ContentFileUid
  readonly hls: NewContentExport
  readonly mp4: NewContentExport
  readonly jwt: string
}

const seedParts = async (
  larder: Larder,
  bodies: ReadonlyArray<string>,
  keyframes: ReadonlyArray<Keyframe> = [],
): Promise<ReadonlyArray<NewContentPart>> => {
  const parts: NewContentPart[] = []
  for (const [index, body] of bodies.entries()) {
    const role = index === 0 ? 'init' : 'media'
    const file = await storeBytes(larder, Buffer.from(body), 'video/mp4')
    const timing = role === 'init' ? { durationTicks: 0 } : { keyframes }
    parts.push(aNewContentPart({ role, position: Math.max(0, index - 1), file, ...timing }))
  }
  return parts
}

/** Adds a film with an HLS export of two segments, and an mp4. */
export const seedFilm = async (larder: Larder): Promise<SeededFilm> => {
  const file = aNewContentFile()
  await right(larder.contentFiles.add(file, aNewFileJob()))
  const hls = aNewContentExport({ parts: await seedParts(larder, ['init', 'first part', 'second part']) })
  const mp4File = await storeBytes(larder, Buffer.from('all of the film'), 'video/mp4')
  const mp4 = aNewContentExport({
    uid: aContentExportUid(),
    format: 'mp4',
    targetDuration: null,
    parts: [aNewContentPart({ file: mp4File })],
  })
  await right(larder.contentFiles.addExports(file.uid, [hls, mp4], null))
  return { uid: file.uid, hls, mp4, jwt: await right(larder.tokens.mint('content', file.uid, 1800)) }
}

export type SeededLadder = {
  readonly uid: ContentFileUid
  /** HLS renditions of 1080 and of 360 lines, and the audio of both. */
  readonly high: NewContentExport
  readonly low: NewContentExport
  readonly sound: NewContentExport
  /** MP4s of 1080 and of 360 lines. */
  readonly highMp4: NewContentExport
  readonly lowMp4: NewContentExport
}

/**
 * The bytes of a segment are `{name} {position}`. It has two keyframes: the first letter, and the position.
 */
const keyframesOf = (name: string): ReadonlyArray<Keyframe> => [
  { offset: 0, length: 1, durationTicks: 24_000 },
  { offset: name.length + 1, length: 1, durationTicks: 48_000 },
]

/** Adds a film of four segments of six seconds, in two heights, with separate audio. */
export const seedLadder = async (larder: Larder): Promise<SeededLadder> => {
  const file = aNewContentFile({ durationSeconds: 24 })
  await right(larder.contentFiles.add(file, aNewFileJob()))
  const size = (height: number) => ({
    video: { width: Math.round((height * 16) / 9), height, frameRate: { num: 24, den: 1 } },
  })
  const hlsExport = async (name: string, facts: Partial<NewContentExport>): Promise<NewContentExport> =>
    aNewContentExport({
      durationSeconds: 24,
      parts: await seedParts(
        larder,
        ['init', '0', '1', '2', '3'].map((part) => `${name} ${part}`),
        facts.video === null ? [] : keyframesOf(name),
      ),
      ...facts,
    })
  const mp4Export = async (name: string, facts: Partial<NewContentExport>): Promise<NewContentExport> => {
    const stored = await storeBytes(larder, Buffer.from(name), 'video/mp4')
    const part = aNewContentPart({ file: stored, durationTicks: 24 * 12_000 })
    return aNewContentExport({
      format: 'mp4',
      targetDuration: null,
      durationSeconds: 24,
      parts: [part],
      ...facts,
    })
  }
  const audio = { channels: 2, sampleRate: 48_000 }
  const ladder = {
    high: await hlsExport('high', {
      ...size(1080),
      codecs: ['avc1.640028'],
      bandwidth: 5_000_000,
      iFrames: { bandwidth: 500_000, averageBandwidth: 400_000 },
    }),
    low: await hlsExport('low', {
      ...size(360),
      bandwidth: 800_000,
      iFrames: { bandwidth: 80_000, averageBandwidth: 70_000 },
    }),
    sound: await hlsExport('sound', {
      video: null,
      audio,
      codecs: ['mp4a.40.2'],
      bandwidth: 64_000,
      averageBandwidth: 60_000,
    }),
    highMp4: await mp4Export('all of it, high', { ...size(1080), audio, bandwidth: 5_000_000 }),
    lowMp4: await mp4Export('all of it, low', { ...size(360), audio, bandwidth: 800_000 }),
  }
  await right(larder.contentFiles.addExports(file.uid, Object.values(ladder), null))
  return { uid: file.uid, ...ladder }
}
