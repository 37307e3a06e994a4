import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { encoderOptions } from '../src/adapters/sharp/render-picture.ts'
import { colourOf, needsCube } from '../src/adapters/transcode/film-filters.ts'
import { toEncodeJob } from '../src/adapters/transcode/recipe.ts'
import { colourCube } from '../src/domain/colour/colour-cube.ts'
import { noFilmTags } from '../src/domain/colour/film-colour.ts'
import { planImage } from '../src/domain/ingest/image-plan.ts'
import { planMedia } from '../src/domain/ingest/media-ladder.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../src/domain/ingest/media-plan.ts'
import { recipeVersions } from '../src/domain/ingest/recipe-versions.ts'

/**
 * What the recipes ask for, of sources of every kind, as a digest. Where this fails, what is made of some original has
 * changed. Files that are in the library keep what they have unless `recipeVersions` goes up: raise the number by one, unless
 * the one that stands there has not been released yet (CHANGELOG, "Unreleased"), and write the new digest here.
 */
const digests: Readonly<Record<keyof typeof recipeVersions, Readonly<Record<number, string>>>> = {
  image: { 2: 'ac09542ebade5b47' },
  content: { 2: 'eb3f87cafcf6d629' },
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

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

const asked = {
  image: () => [
    encoderOptions,
    shapes.flatMap(([width, height]) =>
      [true, false].map((hasAlpha) => planImage({ width, height, hasAlpha })),
    ),
  ],
  content: () =>
    sources.map((source) => {
      const plan = planMedia(source)
      const meaning = source.video === null ? null : colourOf(source.video).meaning
      const table = meaning !== null && needsCube(meaning) ? colourCube(meaning) : null
      const cube = table === null ? null : 'colours.cube'
      const options = { cube, wallSeconds: 1, holdSeconds: 2, padSeconds: 3 }
      return [
        plan,
        table,
        toEncodeJob(
          { path: 'film.mp4', facts: source, jumpSeconds: 10, isFromZero: false },
          plan,
          '/scratch',
          options,
        ),
      ]
    }),
}

describe('[V39] the versions of recipes', () => {
  for (const kind of ['image', 'content'] as const)
    it(`go up with what is made of an original: ${kind}`, () => {
      const version = recipeVersions[kind]
      expect(digestOf(asked[kind]()), `the recipe ${version}`).to.equal(digests[kind][version])
    })
})
