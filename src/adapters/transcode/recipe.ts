import type {
  AudioRung,
  AudioSource,
  MediaFacts,
  MediaPlan,
  VideoSource,
} from '../../domain/ingest/plan/media-plan.ts'
import { audioJob, toEncodedFormat } from './audio-recipe.ts'
import type { EncodeJob } from './engine.ts'
import { delayOf } from './media-delay.ts'
import type { RecipeOptions, SourceTimes } from './recipe-options.ts'
import { videoJob } from './video-recipe.ts'

/**
 * Translates a plan to FFmpeg options, which are equal for all engines. Each rung (planned rendition) becomes
 * a file `{folder}/{name}.mp4`.
 */
export const toEncodeJob = (
  source: { readonly path: string; readonly facts: MediaFacts } & SourceTimes,
  plan: MediaPlan,
  folder: string,
  options: RecipeOptions,
): EncodeJob => {
  const { path, facts, jumpSeconds, hasZeroBasedTimes } = source
  const { video, audio } = facts
  return {
    path,
    jumpSeconds,
    hasZeroBasedTimes,
    referenceStreams: referenceStreamsOf(source, [
      ...(plan.video.length > 0 ? [video] : []),
      ...(plan.audio.length > 0 ? [audio] : []),
    ]),
    video: video === null || plan.video.length === 0 ? null : videoJob(video, plan, folder, options),
    audio:
      audio === null || plan.audio.length === 0
        ? null
        : audioJob(audio.index, plan, folder, {
            ...options,
            hasZeroBasedTimes,
            delay: delayOf(video, plan),
            isAlone: video === null && !hasZeroBasedTimes,
          }),
    wallSeconds: options.wallSeconds,
  }
}

/**
 * Returns the streams that are read only for their start time. An intermediate file of Larder has timestamps
 * from zero and a single stream, so no other stream is read.
 */
const referenceStreamsOf = (
  { facts: { video, audio }, hasZeroBasedTimes }: { readonly facts: MediaFacts } & SourceTimes,
  used: ReadonlyArray<VideoSource | AudioSource | null>,
): ReadonlyArray<number> =>
  hasZeroBasedTimes
    ? []
    : [video, audio].flatMap((stream) => (stream === null || used.includes(stream) ? [] : [stream.index]))

/**
 * If a source changes its sample rate, FFmpeg 5 computes the timestamp of the last frame before the change
 * with the new rate (4.5 s instead of 3 s), and the muxer would delay all later frames. This filter drops
 * that frame. The filter also drops the first frame of each graph and the first frame after each gap, some
 * hundredths of a second each. `larder doctor` reports this loss (engine-differences.ts).
 */
const DROP_WRONG_TIMESTAMPS = "aselect='gte(t,0)*lt(t-prev_t,0.2)'"

/**
 * Returns a job that decodes only the audio, to PCM of one format, with the timestamps of the source. An
 * engine restarts its graph when the format changes (stereo to 5.1). From PCM, the engine can encode the
 * audio without a break in a second pass.
 */
export const toPcmJob = (
  from: { readonly path: string; readonly facts: MediaFacts } & SourceTimes,
  source: AudioSource,
  rungs: ReadonlyArray<AudioRung>,
  file: string,
  wallSeconds: number,
): EncodeJob => ({
  path: from.path,
  jumpSeconds: from.jumpSeconds,
  hasZeroBasedTimes: from.hasZeroBasedTimes,
  referenceStreams: referenceStreamsOf(from, [source]),
  video: null,
  audio: {
    streamIndex: source.index,
    normalization: toEncodedFormat(rungs),
    graph: `${DROP_WRONG_TIMESTAMPS},aformat=sample_fmts=flt[pcm]`,
    outputs: [{ label: 'pcm', encoder: 'pcm_f32le', options: {}, muxer: {}, dropsFirstPacket: false, file }],
  },
  wallSeconds,
})
