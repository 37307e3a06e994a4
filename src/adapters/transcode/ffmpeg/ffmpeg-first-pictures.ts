import { E } from '../../../fp.ts'
import { type EngineFailure, filesOf } from '../engine.ts'
import { lookedAtPictures } from '../looked-at.ts'
import {
  type FirstPictures,
  isLookedAt,
  type ProbedFile,
  type ProbedStream,
  withFirstPictures,
} from '../probed-file.ts'
import { mayBearAnother } from '../process/machine-faults.ts'
import { runDecoder } from '../process/run-program.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import { HARDENED, input, type Programs, QUIET, STEADY_PICTURES } from './ffmpeg-arguments.ts'
import { type FfprobeOutput, readHexDump } from './ffprobe-output.ts'

/**
 * Looks at the first pictures of each film in the file. ffprobe does not: it opens a decoder for every stream, and its
 * parsers say "progressive" of all that they do not know. What cannot be decoded is for the encoding to say.
 */
export const lookAtPictures = async (
  programs: Programs,
  path: string,
  output: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const start = Number(output.format?.start_time ?? 0)
  const streams: ProbedFile['streams'][number][] = []
  for (const stream of probed.streams) {
    const first = isLookedAt(stream) ? await firstPicturesOf(programs, path, stream, bounds) : null
    if (first !== null && E.isLeft(first) && !mayBearAnother(first.left)) return first
    streams.push(first === null || E.isLeft(first) ? stream : withFirstPictures(stream, first.right, start))
  }
  return E.right({ ...probed, streams })
}

const firstPicturesOf = async (
  { ffmpeg, ffprobe }: Programs,
  path: string,
  { index, codec }: Pick<ProbedStream, 'index' | 'codec'>,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, FirstPictures>> => {
  const codecData = codec === 'h264' ? await codecDataOf(ffprobe, path, index, bounds) : null
  const small = `scale=16:16:flags=neighbor,trim=end_frame=${lookedAtPictures(codec, codecData)}`
  const args = [
    ...QUIET,
    ...HARDENED,
    ...STEADY_PICTURES,
    '-copyts',
    ...input(path),
    '-filter_complex',
    `[0:${index}]${small},split[all],select='not(eq(interlace_type,PROGRESSIVE))'[interlaced]`,
    // Encoders count in pictures, and round the time of the first.
    ...['-map', '[all]', '-map', '[interlaced]', '-enc_time_base', '1:1000000', '-f', 'framecrc', '-'],
  ]
  let [all, interlaced, unit] = [0, 0, 0]
  let seconds: number | null = null
  const onLine = (line: string) => {
    const [, num, den] = /^#tb 0: (\d+)\/(\d+)$/.exec(line) ?? []
    if (num !== undefined) unit = Number(num) / Number(den)
    const [, stream, time] = /^([01]), *-?\d+, *(-?\d+),/.exec(line) ?? []
    if (stream === '0') {
      if (all === 0) seconds = Number(time) * unit
      all++
    }
    if (stream === '1') interlaced++
  }
  const ran = await runDecoder(ffmpeg, args, path, filesOf.probe(path), bounds, onLine)
  if (E.isLeft(ran)) return ran
  return E.right({ seconds, interlacedShare: all === 0 ? 0 : interlaced / all })
}

/** `null` where ffprobe does not read the file. Of all streams at once this could be fonts of many megabytes. */
const codecDataOf = async (
  ffprobe: string,
  path: string,
  streamIndex: number,
  bounds: DecoderBounds,
): Promise<Uint8Array | null> => {
  const shown = ['-show_data', '-show_entries', 'stream=extradata', '-of', 'json']
  const args = ['-v', 'error', ...HARDENED, '-select_streams', String(streamIndex), ...shown, ...input(path)]
  const ran = await runDecoder(ffprobe, args, path, filesOf.probe(path), bounds)
  return E.isLeft(ran) ? null : readHexDump(ran.right.stdout)
}
