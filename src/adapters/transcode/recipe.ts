import { join } from 'node:path'
import type {
  AudioRung,
  AudioSource,
  MediaFacts,
  MediaPlan,
  VideoRung,
  VideoSource,
} from '../../domain/ingest/plan/media-plan.ts'
import type { EncodeJob, EncodeOutput, StreamJob } from './engine.ts'
import { colourOf, inputMatrix, scalerFlags, throughCube } from './film-filters.ts'

export type RecipeOptions = {
  /** The table that brings the colours to sRGB, where they need one; `null`: they stay as they are. */
  readonly cube: string | null
  readonly wallSeconds: number
  /** For how long to hold the last picture. */
  readonly holdSeconds: number
  /** Of silence behind the sound. */
  readonly tailSeconds: number
  /** How long sound lasts at least, with its tail; silence fills it up. */
  readonly padSeconds: number
}

/** See EncodeJob. */
type SourceTimes = Pick<EncodeJob, 'jumpSeconds' | 'isFromZero'>

/** Turns a plan into FFmpeg's words, the same for every engine. Each rung becomes `{folder}/{name}.mp4`. */
export const toEncodeJob = (
  source: { readonly path: string; readonly facts: MediaFacts } & SourceTimes,
  plan: MediaPlan,
  folder: string,
  options: RecipeOptions,
): EncodeJob => {
  const { path, facts, jumpSeconds, isFromZero } = source
  const { video, audio } = facts
  return {
    path,
    jumpSeconds,
    isFromZero,
    alongside: alongside(source, [
      ...(plan.video.length > 0 ? [video] : []),
      ...(plan.audio.length > 0 ? [audio] : []),
    ]),
    video: video === null || plan.video.length === 0 ? null : videoJob(video, plan, folder, options),
    audio:
      audio === null || plan.audio.length === 0
        ? null
        : audioJob(audio.index, plan, folder, { ...options, isFromZero, delay: delayOf(video, plan) }),
    wallSeconds: options.wallSeconds,
  }
}

/**
 * Seconds by which a film is shown later, or earlier, so that its first picture falls on a multiple of the rate that is
 * planned. Pictures are moved there anyhow; without it, sound would be off by up to half a picture.
 */
const delayOf = (video: VideoSource | null, { frameRate: { num, den } }: MediaPlan): number => {
  const start = video?.startSeconds ?? 0
  const delay = (Math.round((start * num) / den) * den) / num - start
  return Math.abs(delay) < 0.001 ? 0 : delay
}

const delayed = (filter: 'setpts' | 'asetpts', delay: number): ReadonlyArray<string> =>
  delay === 0 ? [] : [`${filter}=PTS+(${delay.toFixed(6)})/TB`]

/** A file of which the times count from zero is one of ours, with one stream. */
const alongside = (
  { facts: { video, audio }, isFromZero }: { readonly facts: MediaFacts } & SourceTimes,
  used: ReadonlyArray<VideoSource | AudioSource | null>,
): ReadonlyArray<number> =>
  isFromZero
    ? []
    : [video, audio].flatMap((stream) => (stream === null || used.includes(stream) ? [] : [stream.index]))

const videoJob = (
  source: VideoSource,
  plan: MediaPlan,
  folder: string,
  { cube, holdSeconds }: RecipeOptions,
): StreamJob => {
  const { num, den } = plan.frameRate
  const colour = colourOf(source)
  const shared = [
    ...(source.interlaced ? ['bwdif=mode=send_field:deint=all'] : []),
    ...turn(source),
    ...delayed('setpts', delayOf(source, plan)),
    // A film that starts late repeats its first picture from 0, so that sound and pictures start together.
    `fps=${num}/${den}:start_time=0${holdSeconds > 0 ? ':eof_action=pass' : ''}`,
    ...(holdSeconds > 0 ? [`tpad=stop_mode=clone:stop_duration=${holdSeconds.toFixed(6)}`] : []),
    ...(cube === null ? [] : throughCube(cube, colour, plan.video[0])),
    `split=${plan.video.length}${plan.video.map((_, i) => `[s${i}]`).join('')}`,
  ].join(',')
  const from = cube === null ? inputMatrix(colour) : ''
  const flags = cube === null ? scalerFlags(colour, source) : 'bicubic'
  const scaled = plan.video.map(
    ({ width, height }, i) =>
      `[s${i}]scale=${width}:${height}:flags=${flags}:${from}out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[v${i}]`,
  )
  return {
    streamIndex: source.index,
    // Pictures that change their size keep the first one's.
    steady: `scale=${source.codedWidth}:${source.codedHeight}`,
    graph: [shared, ...scaled].join(';'),
    outputs: plan.video.map((rung, i) => videoOutput(rung, plan, `v${i}`, join(folder, `${rung.name}.mp4`))),
  }
}

/** Turns pictures upright. */
const turn = ({ rotation, mirrored }: VideoSource): ReadonlyArray<string> => [
  ...(mirrored ? ['vflip'] : []),
  ...(Math.abs(rotation - 90) < 1 ? ['transpose=clock'] : []),
  ...(Math.abs(rotation - 180) < 1 ? ['hflip', 'vflip'] : []),
  ...(Math.abs(rotation - 270) < 1 ? ['transpose=cclock'] : []),
]

// Other movflags look as good and are not: +delay_moov lets FFmpeg 8.1 write edit lists, and without +cmaf pictures
// start two frames late in players that ignore them.
const FRAGMENTS = '+cmaf+frag_keyframe+empty_moov+default_base_moof'

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
    // Players built on FFmpeg's demuxer show pictures late by those that are out of order: 400 ms at 5 a second.
    ...(plan.frameRate.num / plan.frameRate.den < 10 ? { bf: '0' } : {}),
  },
  muxer: { movflags: FRAGMENTS, fflags: '+bitexact' },
  file,
})

/** Samples that the AAC encoder puts in front of the sound; without an edit list nothing takes them off again. */
const AAC_PRIMING = 1024
export const AAC_FRAME = 1024

/** Seconds: a gap in sound that is not filled puts what follows out of sync by as much. FFmpeg lets 0.1 s pass. */
const FILLED_GAP = 0.03

/** Of sound that was decoded for a second pass: where it changes its form, it may overlap by a frame. */
const FILLED_GAP_OF_PCM = 0.01

/** The least that sound is padded to, before the priming is taken off. */
export const PADDED_SAMPLES = 4 * AAC_FRAME

type SoundOptions = Pick<RecipeOptions, 'tailSeconds' | 'padSeconds'> &
  Pick<SourceTimes, 'isFromZero'> & {
    /** See delayOf. */
    readonly delay: number
  }

const audioJob = (
  streamIndex: number,
  { audio: rungs }: MediaPlan,
  folder: string,
  { tailSeconds, padSeconds, isFromZero, delay }: SoundOptions,
): StreamJob => {
  const sampleRate = rungs[0]?.sampleRate ?? 48_000
  const graph = [
    ...delayed('asetpts', delay),
    // Sound that starts late begins with silence; gaps are filled, so that it never runs away from the pictures.
    `aresample=${sampleRate}:async=1:min_hard_comp=${isFromZero ? FILLED_GAP_OF_PCM : FILLED_GAP}:first_pts=0`,
    LIMITER,
    // As many samples off the front as the encoder adds; padded before, or a very short sound would be gone.
    ...(tailSeconds > 0 ? [`apad=pad_len=${Math.round(tailSeconds * sampleRate)}`] : []),
    `apad=whole_len=${Math.max(PADDED_SAMPLES, Math.round(padSeconds * sampleRate))}`,
    `atrim=start_sample=${AAC_PRIMING}`,
    'asetpts=PTS-STARTPTS',
    // Whole frames for the encoder, the last one filled with silence: node-av would drop what is left over.
    `asetnsamples=n=${AAC_FRAME}:p=1`,
    `asplit=${rungs.length}${rungs.map((_, i) => `[a${i}]`).join('')}`,
  ].join(',')
  return {
    streamIndex,
    steady: oneForm(rungs),
    graph,
    outputs: rungs.map((rung, i) => ({
      label: `a${i}`,
      encoder: 'aac',
      options: { b: `${rung.kilobits}k`, flags: '+bitexact' },
      muxer: { movflags: FRAGMENTS, fflags: '+bitexact', frag_duration: '1000000' },
      file: join(folder, `${rung.name}.mp4`),
    })),
  }
}

/**
 * Six channels folded into two reach 6 dB above full scale, and sound in floating point may, too: it is turned down for
 * as long as it is too loud. An encoder's error is a part of a decibel: that much is left free. What stays below passes
 * unchanged, and nothing is late.
 */
const LIMITER = 'alimiter=limit=0.9:attack=5:release=100:level=0:latency=1,aformat=sample_fmts=fltp'

/** Whatever the source has and changes to: the rate, the layout and the samples that are encoded. */
const oneForm = ([first]: ReadonlyArray<AudioRung>): string =>
  `aresample=${first?.sampleRate ?? 48_000},aformat=sample_fmts=fltp:channel_layouts=${first?.channels === 1 ? 'mono' : 'stereo'}`

/**
 * Where a source changes its sample rate, FFmpeg 5 counts the last piece before by the new one: at 3 seconds it comes
 * with 4.5, as the last of a graph or the first, and the muxer would hold up all that follows. The first piece of each
 * graph and behind each gap is lost with it: some hundredths of a second.
 */
const WITHOUT_LEAPS = "aselect='gte(t,0)*lt(t-prev_t,0.2)'"

/**
 * Decodes the sound alone, into one form, as PCM with the time stamps of the source. An engine that begins its graphs
 * anew where a source changes its form (stereo to 5.1) can encode that in a second pass, without a break.
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
  isFromZero: from.isFromZero,
  alongside: alongside(from, [source]),
  video: null,
  audio: {
    streamIndex: source.index,
    steady: oneForm(rungs),
    graph: `${WITHOUT_LEAPS},aformat=sample_fmts=flt[pcm]`,
    outputs: [{ label: 'pcm', encoder: 'pcm_f32le', options: {}, muxer: {}, file }],
  },
  wallSeconds,
})

/** Of a progressive file, which is a copy of encoded tracks. */
export const progressiveMuxer: Readonly<Record<string, string>> = {
  movflags: '+faststart',
  brand: 'mp42',
  fflags: '+bitexact',
}
