import { join } from 'node:path'
import type { MediaPlan, VideoRung, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import type { EncodeOutput, StreamJob } from './engine.ts'
import { delayOf, videoDelay } from './media-delay.ts'
import { FRAGMENTS } from './muxer-options.ts'
import type { RecipeOptions } from './recipe-options.ts'
import { colourCubeFilters, inputMatrixOption, scalerFlags, videoColourOf } from './video-filters.ts'

/** Returns the FFmpeg options of all video renditions of a plan. */
export const videoJob = (
  source: VideoSource,
  plan: MediaPlan,
  folder: string,
  { cube, lastFrameSeconds }: RecipeOptions,
): StreamJob => {
  const { num, den } = plan.frameRate
  const colour = videoColourOf(source)
  const shared = [
    ...endOfLastFrame(source, den / num),
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

/**
 * Returns a filter that sets the time at which the input ends. `setpts` also evaluates its expression for that
 * time, and no frame is later than the last one. If frames at the end are lost, the input ends earlier and its
 * end stays. The last frame is shown for at least a frame of the output, so that `fps` does not drop it.
 */
const endOfLastFrame = ({ lastFrame }: VideoSource, frameSeconds: number): ReadonlyArray<string> => {
  if (lastFrame === null) return []
  const { fromSeconds, toSeconds } = lastFrame
  const end = Math.max(toSeconds, fromSeconds + frameSeconds)
  return [`setpts=if(gt(T\\,${(fromSeconds + ROUNDING_SECONDS).toFixed(6)})\\,${end.toFixed(6)}/TB\\,PTS)`]
}

/** Engines round times to ticks of the source. */
const ROUNDING_SECONDS = 0.001

/** Returns filters that rotate frames upright. */
const uprightFilters = ({ rotation, mirrored }: VideoSource): ReadonlyArray<string> => [
  ...(mirrored ? ['vflip'] : []),
  ...(Math.abs(rotation - 90) < 1 ? ['transpose=clock'] : []),
  ...(Math.abs(rotation - 180) < 1 ? ['hflip', 'vflip'] : []),
  ...(Math.abs(rotation - 270) < 1 ? ['transpose=cclock'] : []),
]

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
