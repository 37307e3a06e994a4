import { E } from '../../../fp.ts'
import { type EngineFailure, filesOf } from '../engine.ts'
import { lookedAtPictures } from '../looked-at.ts'
import {
  type FirstFrames,
  needsFirstFrames,
  type ProbedFile,
  type ProbedStream,
  withFirstFrames,
} from '../probed-file.ts'
import { mayBearAnother } from '../process/machine-faults.ts'
import { runDecoder } from '../process/run-program.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import { HARDENED, input, KEEP_GRAPH, type Programs, QUIET } from './ffmpeg-arguments.ts'
import { type FfprobeOutput, readHexDump } from './ffprobe-output.ts'

/**
 * Decodes the first frames of each video stream. ffprobe cannot: it opens a decoder for every stream, and reports
 * "progressive" if it does not know. A decoder error is ignored here: encoding reports it.
 */
export const inspectFirstFrames = async (
  programs: Programs,
  path: string,
  output: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const start = Number(output.format?.start_time ?? 0)
  const streams: ProbedFile['streams'][number][] = []
  for (const stream of probed.streams) {
    const first = needsFirstFrames(stream) ? await firstFramesOf(programs, path, stream, bounds) : null
    if (first !== null && E.isLeft(first) && !mayBearAnother(first.left)) return first
    streams.push(first === null || E.isLeft(first) ? stream : withFirstFrames(stream, first.right, start))
  }
  return E.right({ ...probed, streams })
}

const firstFramesOf = async (
  { ffmpeg, ffprobe }: Programs,
  path: string,
  { index, codec }: Pick<ProbedStream, 'index' | 'codec'>,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, FirstFrames>> => {
  const codecData = codec === 'h264' ? await codecDataOf(ffprobe, path, index, bounds) : null
  const shrink = `scale=16:16:flags=neighbor,trim=end_frame=${lookedAtPictures(codec, codecData)}`
  const args = [
    ...QUIET,
    ...HARDENED,
    ...KEEP_GRAPH,
    '-copyts',
    ...input(path),
    '-filter_complex',
    `[0:${index}]${shrink},split[all],select='not(eq(interlace_type,PROGRESSIVE))'[interlaced]`,
    // By default the time base is a frame, which would round the first timestamp.
    ...['-map', '[all]', '-map', '[interlaced]', '-enc_time_base', '1:1000000', '-f', 'framecrc', '-'],
  ]
  let [all, interlaced, timeBase] = [0, 0, 0]
  let seconds: number | null = null
  const onLine = (line: string) => {
    const [, num, den] = /^#tb 0: (\d+)\/(\d+)$/.exec(line) ?? []
    if (num !== undefined) timeBase = Number(num) / Number(den)
    const [, stream, time] = /^([01]), *-?\d+, *(-?\d+),/.exec(line) ?? []
    if (stream === '0') {
      if (all === 0) seconds = Number(time) * timeBase
      all++
    }
    if (stream === '1') interlaced++
  }
  const ran = await runDecoder(ffmpeg, args, path, filesOf.probe(path), bounds, onLine)
  if (E.isLeft(ran)) return ran
  return E.right({ seconds, interlacedShare: all === 0 ? 0 : interlaced / all })
}

/** `null` if ffprobe cannot read the file. Reads one stream only: others may be fonts of many megabytes. */
const codecDataOf = async (
  ffprobe: string,
  path: string,
  streamIndex: number,
  bounds: DecoderBounds,
): Promise<Uint8Array | null> => {
  const format = ['-show_data', '-show_entries', 'stream=extradata', '-of', 'json']
  const args = ['-v', 'error', ...HARDENED, '-select_streams', String(streamIndex), ...format, ...input(path)]
  const ran = await runDecoder(ffprobe, args, path, filesOf.probe(path), bounds)
  return E.isLeft(ran) ? null : readHexDump(ran.right.stdout)
}
