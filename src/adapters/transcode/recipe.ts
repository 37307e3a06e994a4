import { join } from 'node:path'
import type {
  AudioRung,
  AudioSource,
  MediaFacts,
  MediaPlan,
  VideoRung,
  VideoSource,
} from '../../domain/ingest/plan/media-plan.ts'
import { AAC_FRAME_SAMPLES } from '../../domain/media/aac.ts'
import type { EncodeJob, EncodeOutput, StreamJob } from './engine.ts'
import { latenessAtStart } from './isobmff/lateness.ts'
import { colourCubeFilters, inputMatrixOption, scalerFlags, videoColourOf } from './video-filters.ts'

export type RecipeOptions = {
  /** Path of the lookup table that converts the colours to sRGB; `null` if no conversion is needed. */
  readonly cube: string | null
  readonly wallSeconds: number
  /** Number of seconds for which the last frame is repeated at the end. */
  readonly lastFrameSeconds: number
  /** Number of seconds of silence that are appended to the audio. */
  readonly appendedSilenceSeconds: number
  /** Minimum duration in seconds of the audio including `appendedSilenceSeconds`. Silence fills the difference. */
  readonly minimumSeconds: number
}

/** How the timestamps of the source are read (see EncodeJob). */
type SourceTimes = Pick<EncodeJob, 'jumpSeconds' | 'hasZeroBasedTimes'>

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
 * Returns the seconds by which the media is delayed, so that its first frame is on the time grid of the
 * planned frame rate. The fps filter moves all frames to this grid. Without this delay, audio would be out of
 * sync by up to half a frame.
 */
const delayOf = (video: VideoSource | null, { frameRate: { num, den } }: MediaPlan): number => {
  const start = video?.startSeconds ?? 0
  // The start may be negative: the engine may report this video later than it starts, and its times may
  // count from the start of another stream.
  const delay = (Math.max(0, Math.round((start * num) / den)) * den) / num - start
  return Math.abs(delay) < 0.001 ? 0 : delay
}

const delayFilters = (filter: 'setpts' | 'asetpts', delay: number): ReadonlyArray<string> =>
  delay === 0 ? [] : [`${filter}=PTS+(${delay.toFixed(6)})/TB`]

/**
 * Returns the filter that corrects the delays with which the engine reports frames (`late` of VideoSource).
 */
const videoDelay = ({ late }: VideoSource, delay: number): ReadonlyArray<string> => {
  const constant = delay - latenessAtStart(late)
  const steps = late.filter(({ fromSeconds }) => fromSeconds !== 0)
  if (steps.length === 0) return delayFilters('setpts', constant)
  const later = steps.map(
    ({ fromSeconds, seconds }) => `${seconds.toFixed(6)}*gte(T\\,${fromSeconds.toFixed(6)})`,
  )
  return [`setpts=PTS+(${[constant.toFixed(6), ...later].join('-')})/TB`]
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

const videoJob = (
  source: VideoSource,
  plan: MediaPlan,
  folder: string,
  { cube, lastFrameSeconds }: RecipeOptions,
): StreamJob => {
  const { num, den } = plan.frameRate
  const colour = videoColourOf(source)
  const shared = [
    ...(source.interlaced ? ['bwdif=mode=send_field:deint=all'] : []),
    ...uprightFilters(source),
    ...videoDelay(source, delayOf(source, plan)),
    // If a video starts late, its first frame is repeated from time 0, so that audio and video start
    // together.
    `fps=${num}/${den}:start_time=0${lastFrameSeconds > 0 ? ':eof_action=pass' : ''}`,
    ...(lastFrameSeconds > 0 ? [`tpad=stop_mode=clone:stop_duration=${lastFrameSeconds.toFixed(6)}`] : []),
    ...(cube === null ? [] : colourCubeFilters(cube, colour, plan.video[0])),
    `split=${plan.video.length}${plan.video.map((_, i) => `[s${i}]`).join('')}`,
  ].join(',')
  const sourceMatrix = cube === null ? inputMatrixOption(colour) : ''
  const flags = cube === null ? scalerFlags(colour, source) : 'bicubic'
  const scaled = plan.video.map(
    ({ width, height }, i) =>
      `[s${i}]scale=${width}:${height}:flags=${flags}:${sourceMatrix}out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[v${i}]`,
  )
  return {
    streamIndex: source.index,
    // If the frame size of the source changes, later frames are scaled to the first size.
    normalization: `scale=${source.codedWidth}:${source.codedHeight}`,
    graph: [shared, ...scaled].join(';'),
    outputs: plan.video.map((rung, i) => videoOutput(rung, plan, `v${i}`, join(folder, `${rung.name}.mp4`))),
  }
}

/** Returns filters that rotate frames upright. */
const uprightFilters = ({ rotation, mirrored }: VideoSource): ReadonlyArray<string> => [
  ...(mirrored ? ['vflip'] : []),
  ...(Math.abs(rotation - 90) < 1 ? ['transpose=clock'] : []),
  ...(Math.abs(rotation - 180) < 1 ? ['hflip', 'vflip'] : []),
  ...(Math.abs(rotation - 270) < 1 ? ['transpose=cclock'] : []),
]

// Both flags together avoid two faults. With +delay_moov, FFmpeg 8.1 writes edit lists. Without +cmaf, video
// starts two frames late in players that ignore edit lists.
const FRAGMENTS = '+cmaf+frag_keyframe+empty_moov+default_base_moof'

/**
 * Minimum frame rate (frames per second) at which frames may be reordered. Reordering delays video by a frame
 * in some players. At a lower rate a frame takes more than 42 ms, and viewers notice that offset between
 * audio and video (ITU-R BT.1359).
 */
const MIN_REORDERED_RATE = 23.9

const videoOutput = (rung: VideoRung, plan: MediaPlan, label: string, file: string): EncodeOutput => ({
  label,
  encoder: 'libx264',
  options: {
    preset: 'veryfast',
    profile: 'high',
    crf: String(plan.crf),
    maxrate: `${rung.maxrate}k`,
    bufsize: `${rung.bufsize}k`,
    g: String(plan.gop),
    keyint_min: String(plan.gop),
    sc_threshold: '0',
    flags: '+cgop+bitexact',
    color_primaries: 'bt709',
    color_trc: 'bt709',
    colorspace: 'bt709',
    color_range: 'tv',
    // Without this option, captions in the frames would be copied, but the playlists declare no captions.
    a53cc: '0',
    // Players that use FFmpeg's demuxer show video late by the number of reordered frames. Without a pyramid
    // of B-frames, at most one frame is reordered.
    'b-pyramid': 'none',
    ...(plan.frameRate.num / plan.frameRate.den < MIN_REORDERED_RATE ? { bf: '0' } : {}),
  },
  muxer: { movflags: FRAGMENTS, fflags: '+bitexact' },
  dropsFirstPacket: false,
  file,
})

/**
 * Minimum length in seconds of a gap in audio that is filled with silence. A gap that is not filled puts the
 * following audio out of sync, so FFmpeg's default of 0.1 s is too long.
 */
const FILLED_GAP = 0.03

/**
 * The same as FILLED_GAP, for audio that was decoded to PCM. Such audio may overlap by a frame where its
 * format changes.
 */
const FILLED_GAP_OF_PCM = 0.01

/** Minimum length of padded audio, in samples. */
export const PADDED_SAMPLES = 4 * AAC_FRAME_SAMPLES

type AudioOptions = Pick<RecipeOptions, 'appendedSilenceSeconds' | 'minimumSeconds'> &
  Pick<SourceTimes, 'hasZeroBasedTimes'> & {
    /** Delay in seconds of the whole media (see delayOf). */
    readonly delay: number
    /** Whether the source has audio and no video. */
    readonly isAlone: boolean
  }

const audioJob = (
  streamIndex: number,
  { audio: rungs }: MediaPlan,
  folder: string,
  { appendedSilenceSeconds, minimumSeconds, hasZeroBasedTimes, delay, isAlone }: AudioOptions,
): StreamJob => {
  const sampleRate = rungs[0]?.sampleRate ?? 48_000
  // If there is also video, audio that starts late begins with silence. Audio alone starts with its first
  // sample, because its late start is only what decoders skip, such as the delay of an MP3 encoder.
  const start = isAlone ? '' : ':first_pts=0'
  const graph = [
    ...delayFilters('asetpts', delay),
    // Gaps are filled, so that audio stays in sync with the video.
    `aresample=${sampleRate}:async=1:min_hard_comp=${hasZeroBasedTimes ? FILLED_GAP_OF_PCM : FILLED_GAP}${start}`,
    LIMITER,
    ...(appendedSilenceSeconds > 0
      ? [`apad=pad_len=${Math.round(appendedSilenceSeconds * sampleRate)}`]
      : []),
    `apad=whole_len=${Math.max(PADDED_SAMPLES, Math.round(minimumSeconds * sampleRate))}`,
    'asetpts=PTS-STARTPTS',
    // Makes whole frames, and pads the last one with silence, because node-av would drop an incomplete frame.
    `asetnsamples=n=${AAC_FRAME_SAMPLES}:p=1`,
    `asplit=${rungs.length}${rungs.map((_, i) => `[a${i}]`).join('')}`,
  ].join(',')
  return {
    streamIndex,
    normalization: toEncodedFormat(rungs),
    graph,
    outputs: rungs.map((rung, i) => ({
      label: `a${i}`,
      encoder: 'aac',
      options: { b: `${rung.kilobits}k`, flags: '+bitexact' },
      muxer: { movflags: FRAGMENTS, fflags: '+bitexact', frag_duration: '1000000' },
      // The AAC encoder first writes a packet of priming: 1024 samples of silence, which players would play
      // without an edit list. Without this packet the first 1024 samples fade in, because AAC frames overlap
      // and one half is missing.
      dropsFirstPacket: true,
      file: join(folder, `${rung.name}.mp4`),
    })),
  }
}

/**
 * Six channels that are mixed down to two may exceed full scale by 6 dB, and so may floating-point samples.
 * The limiter reduces samples that are too loud. Its limit leaves headroom for the encoder's error, a
 * fraction of a decibel. Quieter audio is unchanged, and the audio is not delayed.
 */
const LIMITER = 'alimiter=limit=0.9:attack=5:release=100:level=0:latency=1,aformat=sample_fmts=fltp'

/** Returns filters that convert any source format to the encoded sample rate, layout and sample format. */
const toEncodedFormat = ([first]: ReadonlyArray<AudioRung>): string =>
  `aresample=${first?.sampleRate ?? 48_000},aformat=sample_fmts=fltp:channel_layouts=${first?.channels === 1 ? 'mono' : 'stereo'}`

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

/** Muxer options of a progressive file, whose tracks are copied from encoded files. */
export const progressiveMuxer: Readonly<Record<string, string>> = {
  movflags: '+faststart',
  brand: 'mp42',
  fflags: '+bitexact',
}
