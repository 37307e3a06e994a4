import type { ParsedFragment, ParsedTrack } from '../../src/domain/examiner/parsed-media.ts'
import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import type {
  ProgressiveFile,
  Rendition,
  TranscodedSegment,
  TranscodeResult,
} from '../../src/ports/transcoder.ts'

const plan: MediaPlan = {
  frameRate: { num: 25, den: 1 },
  gop: 50,
  partSeconds: 6,
  crf: 22,
  video: [
    { name: 'v360', width: 640, height: 360, maxrate: 800, bufsize: 1600 },
    { name: 'v240', width: 426, height: 240, maxrate: 400, bufsize: 800 },
  ],
  audio: [{ name: 'a128', kilobits: 128, channels: 2, sampleRate: 48_000 }],
}

const colour = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false }

const videoTrack = (width: number, height: number): ParsedTrack => ({
  codec: 'avc1.64001e',
  timescale: 12_800,
  video: {
    width,
    height,
    sequence: {
      ...{ profile: 100, constraints: 0, level: 30, referenceFrames: 4, isSquare: true },
      ...{ width, height, colour },
      macroblocksWide: Math.ceil(width / 16),
      macroblocksHigh: Math.ceil(height / 16),
    },
    boxColour: colour,
  },
  audio: null,
  isUpright: true,
  hasEditList: false,
})

const audioTrack: ParsedTrack = {
  codec: 'mp4a.40.2',
  timescale: 48_000,
  video: null,
  audio: { objectType: 2, sampleRate: 48_000, channels: 2 },
  isUpright: true,
  hasEditList: false,
}

type Fragments = { readonly each: number; readonly sampleTicks: number; readonly bytes: number }

/** Returns segments in sequence in one file. `counts`: the number of fragments in each segment. */
const partsOf = (
  path: string,
  isVideo: boolean,
  counts: ReadonlyArray<number>,
  { each, sampleTicks, bytes }: Fragments,
): ReadonlyArray<TranscodedSegment> => {
  const durationTicks = each * sampleTicks
  let [ticks, offset] = [0, 1000]
  return counts.map((count) => {
    const start = offset
    const fragments = Array.from({ length: count }, (): ParsedFragment => {
      const reading = {
        ...{ startTicks: ticks, durationTicks, samples: each },
        ...{ shortestTicks: sampleTicks, longestTicks: sampleTicks },
        ...{ shownFromTicks: ticks, shownToTicks: ticks + durationTicks, shownTimes: each },
        ...{
          isMarkedKey: true,
          startsWithIdr: isVideo ? true : null,
          peakBufferBits: isVideo ? 20_000 : null,
        },
        ...{ bytes, firstSampleEnd: 400 },
      }
      ticks += durationTicks
      offset += bytes
      return reading
    })
    const keyframes = fragments.map((_, i) => ({ offset: i * bytes, length: 400, durationTicks }))
    return {
      slice: { path, start, end: offset },
      durationTicks: count * durationTicks,
      keyframes: isVideo ? keyframes : [],
      fragments,
    }
  })
}

const seconds = ({ parts, timescale }: Rendition): number =>
  parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timescale

const samplesOf = ({ parts }: Rendition): number =>
  parts.flatMap(({ fragments }) => fragments).reduce((sum, { samples }) => sum + samples, 0)

/** The number of the first sample of each fragment. Samples are numbered from 1. */
const firstSamplesOf = ({ parts }: Rendition): ReadonlyArray<number> => {
  let next = 1
  return parts
    .flatMap(({ fragments }) => fragments)
    .map(({ samples }) => {
      const first = next
      next += samples
      return first
    })
}

/** The parsed form of an mp4 that is a correct copy of these renditions. */
export const progressiveFileOf = (renditions: ReadonlyArray<Rendition>): ProgressiveFile => ({
  renditions: renditions.map(({ name }) => name),
  file: { path: 'film.mp4', start: 0, end: 50_000 },
  parsed: {
    bytes: 50_000,
    isFastStart: true,
    tracks: renditions.map((rendition) => ({
      codec: rendition.codec,
      isUpright: true,
      keyframes: rendition.video === null ? null : firstSamplesOf(rendition),
      samples: samplesOf(rendition),
      seconds: seconds(rendition),
      shownFromSeconds: 0,
      shownSeconds: seconds(rendition),
    })),
  },
})

/** The result of a transcoder for a film of ten seconds in two sizes, with audio. Nothing is encoded. */
export const fakeTranscodeResult = (): { readonly made: TranscodeResult; readonly plan: MediaPlan } => {
  const init = (path: string) => ({ path, start: 0, end: 1000 })
  const films = plan.video.map(({ name, width, height }, i): Rendition => {
    const track = videoTrack(width, height)
    const { codec, timescale } = track
    const video = { width, height, frameRate: plan.frameRate }
    const parts = partsOf(name, true, [1, 3, 1], { each: 50, sampleTicks: 512, bytes: 5000 - 1000 * i })
    return { name, video, audio: null, codec, timescale, track, init: init(name), parts }
  })
  const sounds = plan.audio.map(({ name, channels, sampleRate }): Rendition => {
    const { codec, timescale } = audioTrack
    const parts = partsOf(name, false, [2, 6, 2], { each: 47, sampleTicks: 1024, bytes: 900 })
    const audio = { channels, sampleRate }
    return { name, video: null, audio, codec, timescale, track: audioTrack, init: init(name), parts }
  })
  return {
    plan,
    made: {
      renditions: [...films, ...sounds],
      progressive: films.map((film) => progressiveFileOf([film, ...sounds])),
      audioLanguage: 'eng',
      sourceSeconds: 10,
      sourceStreams: [],
      warnings: [],
    },
  }
}
