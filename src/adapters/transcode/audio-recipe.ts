import { join } from 'node:path'
import type { AudioRung, MediaPlan } from '../../domain/ingest/plan/media-plan.ts'
import { AAC_FRAME_SAMPLES } from '../../domain/media/aac.ts'
import type { StreamJob } from './engine.ts'
import { delayFilters } from './media-delay.ts'
import { FRAGMENTS } from './muxer-options.ts'
import type { RecipeOptions, SourceTimes } from './recipe-options.ts'

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

/** Returns the FFmpeg options of all audio renditions of a plan. */
export const audioJob = (
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
export const toEncodedFormat = ([first]: ReadonlyArray<AudioRung>): string =>
  `aresample=${first?.sampleRate ?? 48_000},aformat=sample_fmts=fltp:channel_layouts=${first?.channels === 1 ? 'mono' : 'stereo'}`
