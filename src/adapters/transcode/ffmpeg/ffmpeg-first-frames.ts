import { INTERLACE_SAMPLE_FRAMES } from '../../../domain/ingest/plan/interlacing.ts'
import { E } from '../../../fp.ts'
import { type EngineFailure, sandboxFilesOf } from '../engine.ts'
import {
  CAPTION_SAMPLE_FRAMES,
  type FirstFramesFacts,
  framesToDecode,
  type ProbedFile,
  type ProbedStream,
  streamsToDecode,
  withFirstFrames,
} from '../probed-file.ts'
import { mayRetryAfter } from '../process/machine-faults.ts'
import { runDecoder } from '../process/run-decoder.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import {
  DEMUXER_LIMIT_OPTIONS,
  type FfmpegPrograms,
  inputOptions,
  KEEP_GRAPH_OPTIONS,
  QUIET_OPTIONS,
} from './ffmpeg-arguments.ts'
import { withFirstAudio } from './ffmpeg-first-audio.ts'
import { type FfprobeOutput, finiteNumber } from './ffprobe-output.ts'

/**
 * Decodes the first frames of each video stream. ffprobe cannot be used, because it opens a decoder for every
 * stream, and reports unknown interlacing as "progressive". A decoder error is ignored here, because encoding
 * will report it.
 */
export const inspectFirstFrames = async (
  { ffmpeg }: Pick<FfmpegPrograms, 'ffmpeg'>,
  path: string,
  output: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const start = finiteNumber(output.format?.start_time) ?? 0
  const streams: ProbedFile['streams'][number][] = []
  const decoded = streamsToDecode(probed.streams)
  for (const stream of probed.streams) {
    const count = decoded.includes(stream.index) ? framesToDecode(stream) : 0
    const first = count > 0 ? await firstFramesOf(ffmpeg, path, stream, count, bounds) : null
    if (first !== null && E.isLeft(first) && !mayRetryAfter(first.left)) return first
    streams.push(first === null || E.isLeft(first) ? stream : withFirstFrames(stream, first.right, start))
  }
  return withFirstAudio(ffmpeg, path, output, { ...probed, streams }, bounds)
}

const firstFramesOf = async (
  ffmpeg: string,
  path: string,
  { index, codec }: Pick<ProbedStream, 'index' | 'codec'>,
  count: number,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, FirstFramesFacts>> => {
  const isProgressive =
    count > CAPTION_SAMPLE_FRAMES &&
    codec === 'h264' &&
    (await declaresFramesOnly(ffmpeg, path, index, bounds))
  const frames = isProgressive ? CAPTION_SAMPLE_FRAMES : count
  const shrink = `scale=16:16:flags=neighbor,trim=end_frame=${frames}`
  const args = [
    ...QUIET_OPTIONS,
    ...DEMUXER_LIMIT_OPTIONS,
    ...KEEP_GRAPH_OPTIONS,
    '-copyts',
    ...inputOptions(path),
    '-filter_complex',
    [
      `[0:${index}]${shrink},split=3[all][x][y]`,
      "[x]select='not(eq(interlace_type,PROGRESSIVE))'[interlaced]",
      '[y]sidedata=mode=select:type=A53_CC[captions]',
    ].join(';'),
    // This option sets the time base of the output to a microsecond. The default time base is one frame,
    // which would round the first timestamp.
    ...['-map', '[all]', '-map', '[interlaced]', '-map', '[captions]'],
    ...['-enc_time_base', '1:1000000', '-f', 'framecrc', '-'],
  ]
  let [all, interlaced, captioned, timeBase] = [0, 0, 0, 0]
  let seconds: number | null = null
  const onLine = (line: string) => {
    const [, num, den] = /^#tb 0: (\d+)\/(\d+)$/.exec(line) ?? []
    if (num !== undefined) timeBase = Number(num) / Number(den)
    const [, stream, time] = /^([012]), *-?\d+, *(-?\d+),/.exec(line) ?? []
    if (stream === '0') {
      if (all === 0) seconds = Number(time) * timeBase
      all++
    }
    if (stream === '1') interlaced++
    if (stream === '2') captioned++
  }
  const ran = await runDecoder(ffmpeg, args, path, sandboxFilesOf.probe(path), bounds, onLine)
  if (E.isLeft(ran)) return ran
  return E.right({
    seconds,
    interlacedShare: all === 0 ? 0 : interlaced / all,
    hasCaptions: captioned > 0,
  })
}

/**
 * Returns whether all parameter sets of the first frames exclude interlaced fields (ITU-T H.264 §7.4.2.1.1,
 * frame_mbs_only_flag). The parameter sets in the file's header are not enough, because a joined recording
 * may have others at a later keyframe. This process of ffmpeg only copies packets. Another process decodes
 * frames, and reads the same packets again from the page cache. A single process for both would decode as
 * many frames as it copies packets.
 */
const declaresFramesOnly = async (
  ffmpeg: string,
  path: string,
  streamIndex: number,
  bounds: DecoderBounds,
): Promise<boolean> => {
  const log = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info']
  const first = ['-map', `0:${streamIndex}`, '-c', 'copy', '-frames:v', String(INTERLACE_SAMPLE_FRAMES)]
  const sets = ['-bsf:v', `filter_units=pass_types=${H264_SEQUENCE},trace_headers`, '-f', 'null', '-']
  const args = [...log, ...DEMUXER_LIMIT_OPTIONS, ...inputOptions(path), ...first, ...sets]
  const ran = await runDecoder(ffmpeg, args, path, sandboxFilesOf.probe(path), bounds)
  if (E.isLeft(ran) || ran.right.stderr.length > MAX_WHOLE_LOG) return false
  const flags = [...ran.right.stderr.matchAll(/^\[trace_headers @ .*\bframe_mbs_only_flag +[01] = ([01])$/gm)]
  return flags.length > 0 && flags.every(([, flag]) => flag === '1')
}

/** Type of a NAL unit with a sequence parameter set (ITU-T H.264, table 7-1). */
const H264_SEQUENCE = 7

/** Maximum length of a log in characters. `runDecoder` omits the middle of a longer log. */
const MAX_WHOLE_LOG = 60_000
