import { join } from 'node:path'
import type {
  AudioRung,
  AudioSource,
  MediaFacts,
  MediaPlan,
  VideoRung,
  VideoSource,
} from '../../domain/ingest/media-plan.ts'
import type { EncodeJob, EncodeOutput, StreamJob } from './engine.ts'

/** Turns a plan into FFmpeg's words, the same for every engine. Each rung becomes `{folder}/{name}.mp4`. */
export const toEncodeJob = (
  source: { readonly path: string; readonly facts: MediaFacts },
  plan: MediaPlan,
  folder: string,
  { toneMaps, wallSeconds }: { readonly toneMaps: boolean; readonly wallSeconds: number },
): EncodeJob => {
  const { path, facts } = source
  const { video, audio } = facts
  return {
    path,
    video: video === null || plan.video.length === 0 ? null : videoJob(video, plan, folder, toneMaps),
    audio: audio === null || plan.audio.length === 0 ? null : audioJob(audio, plan.audio, folder),
    wallSeconds,
  }
}

const videoJob = (source: VideoSource, plan: MediaPlan, folder: string, toneMaps: boolean): StreamJob => {
  const { num, den } = plan.frameRate
  const shared = [
    ...(source.interlaced ? ['bwdif=mode=send_frame:deint=all'] : []),
    // A film that starts late repeats its first picture from 0, so that sound and pictures start together.
    `fps=${num}/${den}:start_time=0`,
    ...(source.hdr && toneMaps ? toneMapping(plan.video[0]) : []),
    `split=${plan.video.length}${plan.video.map((_, i) => `[s${i}]`).join('')}`,
  ].join(',')
  const scaled = plan.video.map(
    ({ width, height }, i) =>
      `[s${i}]scale=${width}:${height}:flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[v${i}]`,
  )
  return {
    streamIndex: source.index,
    graph: [shared, ...scaled].join(';'),
    outputs: plan.video.map((rung, i) => videoOutput(rung, plan, `v${i}`, join(folder, `${rung.name}.mp4`))),
  }
}

/** PQ or HLG to BT.709, in linear light; scaled down first, as it is the costliest step by far. */
const toneMapping = (top: VideoRung | undefined): ReadonlyArray<string> => [
  ...(top === undefined ? [] : [`scale=${top.width}:${top.height}:flags=bicubic`]),
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
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
  },
  muxer: { movflags: FRAGMENTS, fflags: '+bitexact' },
  file,
})

/** Samples that the AAC encoder puts in front of the sound; without an edit list nothing takes them off again. */
const AAC_PRIMING = 1024
const AAC_FRAME = 1024

/** The least that sound is padded to, before the priming is taken off. */
export const PADDED_SAMPLES = 4 * AAC_FRAME

const audioJob = (source: AudioSource, rungs: ReadonlyArray<AudioRung>, folder: string): StreamJob => {
  const [first] = rungs
  const layout = first?.channels === 1 ? 'mono' : 'stereo'
  const graph = [
    // Sound that starts late begins with silence; gaps are filled, so that it never runs away from the pictures.
    `aresample=${first?.sampleRate ?? 48_000}:async=1:first_pts=0`,
    `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
    // As many samples off the front as the encoder adds; padded before, or a very short sound would be gone.
    `apad=whole_len=${PADDED_SAMPLES}`,
    `atrim=start_sample=${AAC_PRIMING}`,
    'asetpts=PTS-STARTPTS',
    // Whole frames for the encoder, the last one filled with silence: node-av would drop what is left over.
    `asetnsamples=n=${AAC_FRAME}:p=1`,
    `asplit=${rungs.length}${rungs.map((_, i) => `[a${i}]`).join('')}`,
  ].join(',')
  return {
    streamIndex: source.index,
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

/** Of a progressive file, which is a copy of encoded tracks. */
export const progressiveMuxer: Readonly<Record<string, string>> = {
  movflags: '+faststart',
  brand: 'mp42',
  fflags: '+bitexact',
}
