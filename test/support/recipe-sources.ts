import type { EncodeJob } from '../../src/adapters/transcode/engine.ts'
import { toEncodeJob, toPcmJob } from '../../src/adapters/transcode/recipe.ts'
import type {
  AudioSource,
  MediaFacts,
  MediaPlan,
  VideoSource,
} from '../../src/domain/ingest/plan/media-plan.ts'
import { unspecifiedVideoColourTags } from './unspecified-colour-tags.ts'

export const aVideoSource: VideoSource = {
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
  peakFrameRate: null,
  interlaced: false,
  colour: { primaries: 1, transfer: 1, matrix: 1, isMatrixOfContainer: false },
  late: [],
  lastFrame: null,
}

const audio: AudioSource = {
  index: 1,
  codec: 'aac',
  endSeconds: 60,
  channels: 2,
  sampleRate: 48_000,
  bitrate: 128_000,
  language: null,
}

export const mediaFacts = (
  changes: {
    readonly video?: Partial<VideoSource> | null
    readonly audio?: Partial<AudioSource> | null
  } = {},
): MediaFacts => ({
  durationSeconds: 60,
  declaredSeconds: 60,
  video: changes.video === null ? null : { ...aVideoSource, ...changes.video },
  audio: changes.audio === null ? null : { ...audio, ...changes.audio },
  fallbackAudio: [],
  warnings: [],
})

/** One source of each kind that the recipe treats differently. */
export const recipeSources: ReadonlyArray<MediaFacts> = [
  mediaFacts(),
  mediaFacts({
    video: { width: 640, height: 360, codedWidth: 640, codedHeight: 360, colour: unspecifiedVideoColourTags },
  }),
  mediaFacts({ video: { width: 720, height: 1280, codedWidth: 1280, codedHeight: 720, rotation: 90 } }),
  mediaFacts({
    video: {
      width: 3440,
      height: 1440,
      codedWidth: 3440,
      codedHeight: 1440,
      averageRate: 60,
      nominalRate: 60,
    },
  }),
  ...[false, true].flatMap((mirrored) =>
    [0, 180, 270].map((rotation) => mediaFacts({ video: { mirrored, rotation } })),
  ),
  mediaFacts({ video: { interlaced: true, nominalRate: 50 } }),
  mediaFacts({ video: { averageRate: 17.3, nominalRate: 30 } }),
  mediaFacts({ video: { averageRate: 12.9, nominalRate: 5, peakFrameRate: 90 } }),
  mediaFacts({ video: { startSeconds: 0.015 } }),
  mediaFacts({
    video: {
      late: [
        { fromSeconds: 0, seconds: 0.08 },
        { fromSeconds: 4, seconds: 0.04 },
      ],
    },
  }),
  mediaFacts({
    video: {
      averageRate: 29.97,
      nominalRate: 29.97,
      colour: { ...unspecifiedVideoColourTags, transfer: 16 },
    },
  }),
  mediaFacts({ video: { lastFrame: { fromSeconds: 59, toSeconds: 59.5 } } }),
  mediaFacts({ video: { endSeconds: 0.04 } }),
  mediaFacts({ audio: null }),
  mediaFacts({ audio: { channels: 6, codec: 'ac3', sampleRate: 44_100 } }),
  mediaFacts({ video: null }),
  mediaFacts({ video: null, audio: { channels: 1, codec: 'mp3', sampleRate: 8000, bitrate: 16_000 } }),
]

/** The jobs that an engine gets for a source. `cube`: the path of the colour table, or `null`. */
export const recipeJobs = (
  facts: MediaFacts,
  plan: MediaPlan,
  cube: string | null,
): ReadonlyArray<EncodeJob | null> => {
  const from = { path: 'film.mp4', facts, jumpSeconds: 10 }
  const options = { cube, wallSeconds: 1, lastFrameSeconds: 2, appendedSilenceSeconds: 1, minimumSeconds: 3 }
  const { audio } = facts
  return [
    ...[false, true].map((hasZeroBasedTimes) =>
      toEncodeJob({ ...from, hasZeroBasedTimes }, plan, '/scratch', options),
    ),
    audio && toPcmJob({ ...from, hasZeroBasedTimes: false }, audio, plan.audio, '/scratch/pcm', 1),
  ]
}
