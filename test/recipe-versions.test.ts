import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { maxFrames } from '../src/adapters/sharp/first-visible-page.ts'
import { encoderOptions } from '../src/adapters/sharp/render-image.ts'
import { colourOf, needsCube } from '../src/adapters/transcode/film-filters.ts'
import { segmentEdges } from '../src/adapters/transcode/isobmff/cut-renditions.ts'
import { createContinuousClock } from '../src/adapters/transcode/mpegts/continuous-clock.ts'
import { TICKS_A_SECOND } from '../src/adapters/transcode/mpegts/packets.ts'
import type { ProbedAudio, ProbedFile, ProbedVideo } from '../src/adapters/transcode/probed-file.ts'
import { progressiveMuxer, toEncodeJob } from '../src/adapters/transcode/recipe.ts'
import { selectStreams } from '../src/adapters/transcode/select-streams.ts'
import { colourCube } from '../src/domain/colour/colour-cube.ts'
import { noFilmTags } from '../src/domain/colour/film-colour.ts'
import { type ColourTags, noColourTags, sourceColour } from '../src/domain/colour/source-colour.ts'
import { toSrgb } from '../src/domain/colour/to-srgb.ts'
import { planImage } from '../src/domain/ingest/plan/image-plan.ts'
import { planMedia } from '../src/domain/ingest/plan/media-ladder.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../src/domain/ingest/plan/media-plan.ts'
import { recipeVersions } from '../src/domain/ingest/recipe-versions.ts'
import { E } from '../src/fp.ts'

/**
 * A digest of the recipes' decisions for sources of every kind: streams, times, rates, plans, arguments of jobs,
 * borders of parts, and converted colours. It does not cover the other calls of sharp and FFmpeg (how
 * CMYK and ICC profiles are read, which frame of an animation is blank), how a second pass equalises durations, nor new
 * releases of the two programs: after such a change, check by hand whether the version must go up (decision 21).
 * If this test fails, the exports of some original have
 * changed. Files in the library keep their exports unless `recipeVersions` goes up: raise the number by one, unless
 * the current number is not released yet (CHANGELOG, "Unreleased"), and write the new digest here.
 */
const digests: Readonly<Record<keyof typeof recipeVersions, Readonly<Record<number, string>>>> = {
  image: { 2: '77905d5faa988f4f' },
  content: { 2: '4bae8519fd6ca48e' },
}

const video: VideoSource = {
  index: 0,
  codec: 'h264',
  startSeconds: 0,
  endSeconds: 60,
  width: 1920,
  height: 1080,
  codedWidth: 1920,
  codedHeight: 1080,
  rotation: 0,
  mirrored: false,
  averageRate: 25,
  nominalRate: 25,
  peakRate: null,
  interlaced: false,
  colour: { primaries: 1, transfer: 1, matrix: 1 },
}

const audio: AudioSource = {
  index: 1,
  codec: 'aac',
  endSeconds: 60,
  channels: 2,
  sampleRate: 48_000,
  bitrate: 128_000,
}

const facts = (
  changes: {
    readonly video?: Partial<VideoSource> | null
    readonly audio?: Partial<AudioSource> | null
  } = {},
): MediaFacts => ({
  durationSeconds: 60,
  announcedSeconds: 60,
  video: changes.video === null ? null : { ...video, ...changes.video },
  audio: changes.audio === null ? null : { ...audio, ...changes.audio },
  otherSounds: [],
  warnings: [],
})

const sources: ReadonlyArray<MediaFacts> = [
  facts(),
  facts({ video: { width: 640, height: 360, codedWidth: 640, codedHeight: 360, colour: noFilmTags } }),
  facts({ video: { width: 720, height: 1280, codedWidth: 1280, codedHeight: 720, rotation: 90 } }),
  facts({
    video: {
      width: 3440,
      height: 1440,
      codedWidth: 3440,
      codedHeight: 1440,
      averageRate: 60,
      nominalRate: 60,
    },
  }),
  facts({ video: { interlaced: true, nominalRate: 50 } }),
  facts({ video: { averageRate: 17.3, nominalRate: 30 } }),
  facts({ video: { averageRate: 12.9, nominalRate: 5, peakRate: 90 } }),
  facts({ video: { startSeconds: 0.015 } }),
  facts({ video: { averageRate: 29.97, nominalRate: 29.97, colour: { ...noFilmTags, transfer: 16 } } }),
  facts({ video: { endSeconds: 0.04 } }),
  facts({ audio: null }),
  facts({ audio: { channels: 6, codec: 'ac3', sampleRate: 44_100 } }),
  facts({ video: null }),
  facts({ video: null, audio: { channels: 1, codec: 'mp3', sampleRate: 8000, bitrate: 16_000 } }),
]

const shapes = [
  [64, 64],
  [330, 200],
  [1440, 900],
  [4000, 3000],
  [790, 36_861],
  [20_000, 100],
] as const

const stream = { isDefault: false, language: null, purposes: [], id: null, programs: [], splitAfter: null }
const times = { startSeconds: 0, endSeconds: 60 }
const film = (index: number, changes: Partial<ProbedVideo> = {}): ProbedVideo => ({
  ...{ kind: 'video', index, codec: 'h264', isCover: false, width: 640, height: 360, pixelAspect: 1 },
  ...{ rotation: 0, mirrored: false, averageRate: 25, nominalRate: 25, interlacedShare: 0 },
  ...{ colour: noFilmTags, ...stream, ...times, ...changes },
})
const sound = (index: number, changes: Partial<ProbedAudio> = {}): ProbedAudio => ({
  ...{ kind: 'audio', index, codec: 'aac', channels: 2, sampleRate: 48_000, bitrate: null },
  ...{ ...stream, ...times, ...changes },
})
const extras: ProbedFile['extras'] = { data: [], attachments: [], chapters: 0 }
const files: ReadonlyArray<ProbedFile['streams']> = [
  [film(0), sound(1), sound(2, { isDefault: true }), sound(3)],
  [film(0), film(1, { width: 1280, interlacedShare: 1 }), film(2, { codec: 'mjpeg', isDefault: true })],
  [film(0, { isCover: true }), sound(1, { purposes: ['comment'], isDefault: true }), sound(2)],
  [film(0, { pixelAspect: 1.5, rotation: 90, programs: [2] }), sound(1, { programs: [1] })],
  [
    film(0),
    sound(1, { codec: 'dts' }),
    sound(2, { purposes: ['dub'] }),
    sound(3, { purposes: ['original'] }),
  ],
]

/** Timestamps of two streams whose clock jumps (or does not) by `by` seconds after two seconds. */
const jumps = [-5, 0.5, 3, 9.9, 10.1, 5000].map((by) => {
  const clock = createContinuousClock()
  return Array.from({ length: 80 }, (_, i) =>
    clock.place(i % 2, Math.round((100 + i / 20 + (i < 40 ? 0 : by)) * TICKS_A_SECOND)),
  )
})

const colours: ReadonlyArray<Partial<ColourTags>> = [
  { container: 'png', gamma: 1 / 1.8 },
  { container: 'png', gamma: 1 / 2.2 },
  { container: 'png', gamma: 1 },
  { container: 'png', isSrgb: true, gamma: 1 },
  { container: 'png', cicp: { primaries: 12, transfer: 13 } },
  { container: 'png', cicp: { primaries: 1, transfer: 1 } },
  { container: 'heif', cicp: { primaries: 1, transfer: 1 } },
  { container: 'heif', cicp: { primaries: 9, transfer: 16 }, peakNits: 400 },
  { container: 'heif', cicp: { primaries: 9, transfer: 18 } },
  { hasIccProfile: true },
  { isCmyk: true },
]
const patches = {
  data: Uint8Array.from({ length: 3 * 125 }, (_, i) => (i * 37) % 256),
  channels: 3,
  max: 255,
} as const

const paintedAs = (tags: Partial<ColourTags>) => {
  const meaning = sourceColour({ ...noColourTags, ...tags })
  if (E.isLeft(meaning)) return meaning.left.message
  return meaning.right._tag === 'Encoded' ? [...toSrgb(patches, meaning.right)] : meaning.right._tag
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

const decisions = {
  image: () => [
    encoderOptions,
    maxFrames,
    colours.map(paintedAs),
    shapes.flatMap(([width, height]) =>
      [true, false].map((hasAlpha) => planImage({ width, height, hasAlpha })),
    ),
  ],
  content: () => [
    progressiveMuxer,
    files.map((streams) => selectStreams({ durationSeconds: 60, streams, extras })),
    jumps,
    sources.map((source) => {
      const plan = planMedia(source)
      const meaning = source.video === null ? null : colourOf(source.video).meaning
      const table = meaning !== null && needsCube(meaning) ? colourCube(meaning) : null
      const cube = table === null ? null : 'colours.cube'
      const options = { cube, wallSeconds: 1, holdSeconds: 2, tailSeconds: 1, padSeconds: 3 }
      return [
        plan,
        segmentEdges(plan),
        table,
        toEncodeJob(
          { path: 'film.mp4', facts: source, jumpSeconds: 10, isFromZero: false },
          plan,
          '/scratch',
          options,
        ),
      ]
    }),
  ],
}

describe('[V39] the versions of recipes', () => {
  for (const kind of ['image', 'content'] as const)
    it(`go up when the exports of an original change: ${kind}`, () => {
      const version = recipeVersions[kind]
      expect(digestOf(decisions[kind]()), `the recipe ${version}`).to.equal(digests[kind][version])
    })
})
