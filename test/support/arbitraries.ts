import fc from 'fast-check'
import type {
  AudioFacts,
  Keyframe,
  NewContentExport,
  NewContentPart,
  VideoFacts,
} from '../../src/domain/media/content-export.ts'
import type { NewImageExport } from '../../src/domain/media/image-export.ts'
import type { StoredFile } from '../../src/domain/media/stored-file.ts'
import type { NewContentFile } from '../../src/ports/content-file-repository.ts'
import type { NewImageFile } from '../../src/ports/image-file-repository.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewContentPart,
  aNewImageExport,
  aNewImageFile,
  aStoredFile,
} from './builders.ts'

// Arbitrary entities of each kind: each has the defaults of its builder, with all fields varied that can
// vary.

const seconds = () => fc.double({ min: 0.001, max: 1e6, noNaN: true })
const pixels = () => fc.integer({ min: 1, max: 65_535 })
// PostgreSQL cannot store a NUL in text.
const text = () => fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replaceAll('\u0000', ''))

const storedFile = (): fc.Arbitrary<StoredFile> =>
  fc
    .record({
      size: fc.maxSafeNat(),
      contentType: fc.constantFrom('image/avif', 'image/svg+xml', 'video/mp4', 'audio/mp4'),
    })
    .map((varied) => aStoredFile(varied))

export const newImageFile = (): fc.Arbitrary<NewImageFile> =>
  fc
    .record({ name: text(), original: storedFile(), width: pixels(), height: pixels() })
    .map((varied) => aNewImageFile(varied))

export const newImageExport = (): fc.Arbitrary<NewImageExport> =>
  fc
    .record({
      format: fc.constantFrom('avif', 'webp', 'jpeg', 'png'),
      width: pixels(),
      height: pixels(),
      thumbhash: fc.base64String({ minLength: 4, maxLength: 32 }),
      file: storedFile(),
    })
    .map((varied) => aNewImageExport(varied))

export const newContentFile = (): fc.Arbitrary<NewContentFile> =>
  fc
    .record({ name: text(), original: storedFile(), durationSeconds: seconds() })
    .map((varied) => aNewContentFile(varied))

const keyframe = (): fc.Arbitrary<Keyframe> =>
  fc.record({ offset: fc.maxSafeNat(), length: fc.nat(), durationTicks: fc.nat() })

const mediaParts = (): fc.Arbitrary<ReadonlyArray<NewContentPart>> =>
  fc
    .array(
      fc.record({
        durationTicks: fc.maxSafeNat(),
        timescale: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        keyframes: fc.array(keyframe(), { maxLength: 3 }),
        file: storedFile(),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((varied) => varied.map((part, position) => aNewContentPart({ ...part, position })))

const initPart = (): NewContentPart => aNewContentPart({ role: 'init', durationTicks: 0 })

const video = (): fc.Arbitrary<VideoFacts> =>
  fc.record({
    width: pixels(),
    height: pixels(),
    frameRate: fc.record({
      num: fc.integer({ min: 1, max: 240_000 }),
      den: fc.integer({ min: 1, max: 1001 }),
    }),
  })

const audio = (): fc.Arbitrary<AudioFacts> =>
  fc.record({ channels: fc.integer({ min: 1, max: 8 }), sampleRate: fc.constantFrom(22_050, 44_100, 48_000) })

/** An HLS export with its segments in any order, or an mp4. */
export const newContentExport = (): fc.Arbitrary<NewContentExport> => {
  const facts = {
    video: fc.option(video()),
    audio: fc.option(audio()),
    codecs: fc.array(fc.constantFrom('avc1.640028', 'mp4a.40.2', 'hvc1.1.6.L93.B0'), { maxLength: 2 }),
    bandwidth: fc.nat(),
    averageBandwidth: fc.nat(),
    iFrames: fc.option(fc.record({ bandwidth: fc.nat(), averageBandwidth: fc.nat() })),
    fileSize: fc.maxSafeNat(),
    durationSeconds: seconds(),
    qualityParameters: fc.dictionary(text(), fc.oneof(fc.integer(), text(), fc.boolean())),
  }
  const m3u8 = fc.record({
    ...facts,
    format: fc.constant('m3u8' as const),
    targetDuration: fc.integer({ min: 1, max: 60 }),
    parts: mediaParts().chain((media) =>
      fc.shuffledSubarray([initPart(), ...media], { minLength: media.length + 1 }),
    ),
  })
  const mp4 = fc.record({
    ...facts,
    format: fc.constant('mp4' as const),
    targetDuration: fc.constant(null),
    parts: mediaParts().map((media) => media.slice(0, 1)),
  })
  return fc.oneof(m3u8, mp4).map((varied) => aNewContentExport(varied))
}
