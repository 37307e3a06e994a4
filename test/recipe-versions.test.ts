import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { MAX_EXAMINED_PAGES } from '../src/adapters/sharp/first-visible-page.ts'
import { encoderOptions } from '../src/adapters/sharp/render-image.ts'
import { segmentBoundaries } from '../src/adapters/transcode/isobmff/segment-renditions.ts'
import { segmentTrack } from '../src/adapters/transcode/isobmff/segmenter.ts'
import { createContinuousClock } from '../src/adapters/transcode/mpegts/continuous-clock.ts'
import { TICKS_PER_SECOND } from '../src/adapters/transcode/mpegts/packets.ts'
import { progressiveMuxer } from '../src/adapters/transcode/muxer-options.ts'
import { createPeakFrameRateMeter } from '../src/adapters/transcode/peak-frame-rate.ts'
import type { ProbedAudio, ProbedFile, ProbedVideo } from '../src/adapters/transcode/probed-file.ts'
import { selectStreams } from '../src/adapters/transcode/select-streams.ts'
import { needsColourCube, videoColourOf } from '../src/adapters/transcode/video-filters.ts'
import { colourCube } from '../src/domain/colour/colour-cube.ts'
import {
  type ColourTags,
  noColourTags,
  type SourceColour,
  sourceColour,
} from '../src/domain/colour/source-colour.ts'
import { toSrgb } from '../src/domain/colour/to-srgb.ts'
import { videoColour } from '../src/domain/colour/video-colour.ts'
import { planImage } from '../src/domain/ingest/plan/image-plan.ts'
import { planMedia } from '../src/domain/ingest/plan/media-ladder.ts'
import { recipeVersions } from '../src/domain/ingest/recipe-versions.ts'
import { E } from '../src/fp.ts'
import { fragment, initSegment } from './support/mp4-writer.ts'
import { recipeJobs, recipeSources } from './support/recipe-sources.ts'
import { unspecifiedVideoColourTags } from './support/unspecified-colour-tags.ts'

/**
 * A digest of the recipes' decisions for sources of every kind: streams, times, rates, plans, arguments of
 * jobs, boundaries of parts, and converted colours. It does not cover the other calls of sharp and FFmpeg
 * (how CMYK and ICC profiles are read, which frame of an animation is blank), how a second pass equalises
 * durations, nor new releases of the two programs: after such a change, decide by hand whether the version
 * must go up (decision 21). If this test fails, the exports of some original have changed. Files in the
 * library keep their exports unless `recipeVersions` goes up: raise the number by one, unless the current
 * number is not released yet (CHANGELOG, "Unreleased"), and write the new digest here.
 */
const digests: Readonly<Record<keyof typeof recipeVersions, Readonly<Record<number, string>>>> = {
  image: { 2: '6d9e405f710341f4' },
  content: { 2: '5e93df118bcfbe75' },
}

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
  ...{ hasAlpha: false, hasCaptions: false },
  ...{ colour: unspecifiedVideoColourTags, late: [], lastFrame: null, ...stream, ...times, ...changes },
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
  ...['h264', 'hevc', 'mpeg2video', 'vc1', 'vp9', 'prores'].map((codec) => [
    film(0, { codec, interlacedShare: 1 }),
  ]),
]

/** Timestamps of two streams. Their clock jumps by `by` seconds after two seconds. */
const jumps = [-5, 0.5, 3, 9.9, 10.1, 5000].map((by) => {
  const clock = createContinuousClock()
  return Array.from({ length: 80 }, (_, i) =>
    clock.place(i % 2, Math.round((100 + i / 20 + (i < 40 ? 0 : by)) * TICKS_PER_SECOND)),
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
/** All code points of H.273, and some beyond them. */
const codes = Array.from({ length: 24 }, (_, code) => code)
const patches = {
  data: Uint8Array.from({ length: 3 * 125 }, (_, i) => (i * 37) % 256),
  channels: 3,
  max: 255,
} as const

const painted = (meaning: SourceColour) =>
  meaning._tag === 'Encoded' ? [...toSrgb(patches, meaning)] : meaning._tag

const paintedAs = (tags: Partial<ColourTags>) => {
  const meaning = sourceColour({ ...noColourTags, ...tags })
  return E.isLeft(meaning) ? meaning.left.message : painted(meaning.right)
}

/** Films that together have each primaries, each transfer function and each matrix. */
const filmColours = () =>
  codes
    .flatMap((code) => [
      { primaries: code, transfer: 1, matrix: 2 },
      { primaries: 1, transfer: code, matrix: 2 },
      { primaries: 1, transfer: 1, matrix: code },
    ])
    .map((tags) => {
      const colour = videoColour({ ...tags, isMatrixOfContainer: false }, { width: 720, height: 576 })
      return E.isLeft(colour) ? colour.left.message : [colour.right.matrix, painted(colour.right.meaning)]
    })

/**
 * Counted frame rates of films with a burst, and of films with two similar rates. Each pair is a number of
 * frames and their rate.
 */
const ratesOfFilms: ReadonlyArray<ReadonlyArray<readonly [number, number]>> = [
  ...Array.from({ length: 16 }, (_, i) => [[40, 12] as const, [16 + i, 60] as const]),
  ...[58.5, 57, 54, 48, 44].map((rate) => [[100, 60] as const, [120, rate] as const]),
]
const peakRates = () =>
  ratesOfFilms.map((stretches) => {
    const { take, rate } = createPeakFrameRateMeter()
    let seconds = 0
    for (const [frames, perSecond] of stretches)
      for (let i = 0; i < frames; i++) {
        seconds += 1 / perSecond
        take(seconds)
      }
    return rate().toFixed(3)
  })

/** Durations of the segments of films whose last GOP is short. */
const segmentsOfShortTails = async (folder: string) => {
  const path = join(folder, 'film.mp4')
  const segments: Array<ReadonlyArray<number>> = []
  for (const tail of [200, 240, 260, 500, 900]) {
    const gops = [2000, 2000, 2000, 2000, tail].map((duration, i) =>
      fragment(2000 * i, [{ duration, size: 10, key: true }]),
    )
    await writeFile(path, Buffer.concat([initSegment('film', 1000), ...gops]))
    const { parts } = await segmentTrack(path, { seconds: [2], step: 2 })
    segments.push(parts.map(({ durationTicks }) => durationTicks))
  }
  return segments
}

/** Members of the facts about a source that change no byte of an export. */
const withoutEffect = ['language']

const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value, (name, member) => (withoutEffect.includes(name) ? undefined : member)))
    .digest('hex')
    .slice(0, 16)

const decisions = (folder: string) => ({
  image: async () => [
    encoderOptions,
    MAX_EXAMINED_PAGES,
    colours.map(paintedAs),
    (['png', 'heif'] as const).flatMap((container) =>
      codes.flatMap((code) => [
        paintedAs({ container, cicp: { primaries: code, transfer: 13 } }),
        paintedAs({ container, cicp: { primaries: 1, transfer: code } }),
      ]),
    ),
    shapes.flatMap(([width, height]) =>
      [true, false].map((hasAlpha) => planImage({ width, height, hasAlpha })),
    ),
  ],
  content: async () => [
    progressiveMuxer,
    filmColours(),
    peakRates(),
    await segmentsOfShortTails(folder),
    files.map((streams) => selectStreams({ durationSeconds: 60, streams, extras })),
    jumps,
    recipeSources.map((source) => {
      const plan = planMedia(source)
      const meaning = source.video === null ? null : videoColourOf(source.video).meaning
      const table = meaning !== null && needsColourCube(meaning) ? colourCube(meaning) : null
      return [plan, segmentBoundaries(plan), table, ...recipeJobs(source, plan, table && 'colours.cube')]
    }),
  ],
})

describe('[V39] the versions of recipes', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-recipes-'))
  })
  after(() => rm(folder, { recursive: true }))

  for (const kind of ['image', 'content'] as const)
    it(`go up when the exports of an original change: ${kind}`, async () => {
      const version = recipeVersions[kind]
      expect(digestOf(await decisions(folder)[kind]()), `the recipe ${version}`).to.equal(
        digests[kind][version],
      )
    })
})
