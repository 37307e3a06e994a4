import { dirname } from 'node:path'
import { E } from '../../../fp.ts'
import {
  DEFAULT_JUMP_SECONDS,
  type Engine,
  type EngineFacts,
  type EngineFailure,
  FORMAT_NOT_ACCEPTED_LOG_PATTERN,
  noSandboxFiles,
  sandboxFilesOf,
  TRUNCATED_FILE_LOG_PATTERN,
} from '../engine.ts'
import { setUprightMatrix } from '../isobmff/set-upright-matrix.ts'
import { progressiveMuxer } from '../muxer-options.ts'
import { createPacketSpanMeter } from '../packet-spans.ts'
import { createPeakFrameRateMeter } from '../peak-frame-rate.ts'
import type { ProbedFile } from '../probed-file.ts'
import {
  codecsWithoutDecoder,
  PROBE_TIMEOUT_SECONDS,
  requiredEncoders,
  requiredFilters,
} from '../process/decoder-limits.ts'
import { runDecoder } from '../process/run-decoder.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import {
  DEMUXER_LIMIT_OPTIONS,
  type FfmpegPrograms,
  ffmpegEncodeArguments,
  fileUrl,
  inputOptions,
  NO_METADATA_OPTIONS,
  QUIET_OPTIONS,
  toFfmpegOptions,
} from './ffmpeg-arguments.ts'
import { inspectFirstFrames } from './ffmpeg-first-frames.ts'
import { parseFfprobeListing } from './ffmpeg-listing.ts'
import { listPackets } from './ffmpeg-packets.ts'
import { FFPROBE_ENTRIES, FfprobeOutput, toProbedFile } from './ffprobe-output.ts'

/** Creates an engine that runs the programs `ffmpeg` and `ffprobe`. */
export const createFfmpegEngine = (programs: FfmpegPrograms): Engine => ({
  describe: async () => {
    const printed: string[] = []
    for (const [program, option] of [
      [programs.ffmpeg, '-version'],
      [programs.ffmpeg, '-encoders'],
      [programs.ffmpeg, '-filters'],
      [programs.ffmpeg, '-decoders'],
      [programs.ffprobe, '-version'],
    ] as const) {
      const ran = await runDecoder(program, ['-hide_banner', option], null, noSandboxFiles, {
        wallSeconds: PROBE_TIMEOUT_SECONDS,
      })
      if (E.isLeft(ran)) return ran
      printed.push(ran.right.stdout)
    }
    const [version = '', encoders = '', filters = '', decoders = ''] = printed
    return toEngineFacts({ version, encoders, filters, decoders })
  },

  probe: (path, signal) => async () => {
    // The warnings are needed, because only a warning tells that the duration is an estimate.
    const format = ['-show_entries', FFPROBE_ENTRIES, '-of', 'json']
    const args = ['-v', 'warning', ...DEMUXER_LIMIT_OPTIONS, ...format, ...inputOptions(path)]
    const bounds = { wallSeconds: PROBE_TIMEOUT_SECONDS, signal }
    const ran = await runDecoder(programs.ffprobe, args, path, sandboxFilesOf.probe(path), bounds)
    if (E.isLeft(ran) && FORMAT_NOT_ACCEPTED_LOG_PATTERN.test(ran.left.detail))
      return E.left(await withFormatName(programs, path, ran.left, bounds))
    if (E.isLeft(ran)) return NOT_OPENED.test(ran.left.detail) ? probeByListing(programs, path, bounds) : ran
    const decoded = FfprobeOutput.decode(parseJson(ran.right.stdout))
    if (E.isLeft(decoded)) return inputFailure('ffprobe printed unexpected output')
    const probed = toProbedFile(decoded.right, isEstimate(ran.right.stderr))
    return inspectFirstFrames(programs, path, decoded.right, probed, bounds)
  },

  peakFrameRate: (path, streamIndex, signal) => async () => {
    const peak = createPeakFrameRateMeter()
    const source = { path, jumpSeconds: DEFAULT_JUMP_SECONDS }
    const ran = await listPackets(programs.ffmpeg, source, [streamIndex], signal, ({ decoded }) =>
      peak.take(decoded),
    )
    return E.isLeft(ran) ? ran : E.right(peak.rate())
  },

  packetSpans: (source, streamIndexes, signal) => async () => {
    const meter = createPacketSpanMeter()
    const ran = await listPackets(programs.ffmpeg, source, streamIndexes, signal, (packet) => {
      if (packet.isShown) meter.take(packet.streamIndex, packet.shown, packet.duration)
    })
    return E.isLeft(ran) ? ran : E.right(meter.spans())
  },

  encode: (job, onProgress, signal) => async () => {
    const onLine = (line: string) => {
      const [name, value] = line.split('=')
      if (name === 'out_time_us' && Number(value) > 0) onProgress(Number(value) / 1_000_000)
    }
    const bounds = { wallSeconds: job.wallSeconds, signal }
    const ran = await runDecoder(
      programs.ffmpeg,
      ffmpegEncodeArguments(job),
      job.path,
      sandboxFilesOf.encode(job),
      bounds,
      onLine,
    )
    if (E.isLeft(ran)) return ran
    for (const { file } of job.video?.outputs ?? []) await setUprightMatrix(file)
    const { stderr } = ran.right
    return E.right({ isTruncated: TRUNCATED_FILE_LOG_PATTERN.test(stderr), hasErrors: stderr.trim() !== '' })
  },

  remux: (job, signal) => async () => {
    const { outputs, wallSeconds } = job
    const inputs = [...new Set(outputs.flatMap((output) => output.inputs))]
    const args = [
      ...QUIET_OPTIONS,
      ...inputs.flatMap((path) => ['-protocol_whitelist', 'file', '-f', 'mov', ...inputOptions(path)]),
      ...outputs.flatMap((output) => [
        ...output.inputs.flatMap((path) => ['-map', `${inputs.indexOf(path)}:0`]),
        ...[
          '-c',
          'copy',
          ...NO_METADATA_OPTIONS,
          ...toFfmpegOptions(progressiveMuxer),
          '-f',
          'mp4',
          fileUrl(output.file),
        ],
      ]),
    ]
    const ran = await runDecoder(programs.ffmpeg, args, dirname(inputs[0] ?? ''), sandboxFilesOf.remux(job), {
      wallSeconds,
      signal,
    })
    return E.isLeft(ran) ? ran : E.right(undefined)
  },
})

/**
 * Runs ffprobe again with a debug log, because no other log names the format that was not accepted. Returns
 * the failure of that run, whose detail contains the end of the log.
 */
const withFormatName = async (
  { ffprobe }: FfmpegPrograms,
  path: string,
  failure: EngineFailure,
  bounds: DecoderBounds,
): Promise<EngineFailure> => {
  const args = ['-v', 'debug', ...DEMUXER_LIMIT_OPTIONS, ...inputOptions(path)]
  const ran = await runDecoder(ffprobe, args, path, sandboxFilesOf.probe(path), bounds)
  return E.isLeft(ran) && FORMAT_NOT_ACCEPTED_LOG_PATTERN.test(ran.left.detail) ? ran.left : failure
}

/** Error of ffprobe if a stream needs a decoder that is not in the list of accepted decoders. */
const NOT_OPENED = /not on whitelist|Could not open codec for input stream/

const isEstimate = (stderr: string): boolean => stderr.includes('Estimating duration from bitrate')

/**
 * Probes a file with ffmpeg instead of ffprobe (see parseFfprobeListing). ffmpeg needs an output, so a second
 * input provides an empty one.
 */
const probeByListing = async (
  programs: FfmpegPrograms,
  path: string,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const nothing = ['-f', 'lavfi', '-i', 'anullsrc', '-map', '1', '-t', '0', '-f', 'null', '-']
  const args = [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    ...DEMUXER_LIMIT_OPTIONS,
    ...inputOptions(path),
    ...nothing,
  ]
  const ran = await runDecoder(programs.ffmpeg, args, path, sandboxFilesOf.probe(path), bounds)
  if (E.isLeft(ran)) return ran
  const listed = parseFfprobeListing(ran.right.stderr)
  const probed = toProbedFile(listed, isEstimate(ran.right.stderr))
  return inspectFirstFrames(programs, path, listed, probed, bounds)
}

const toEngineFacts = (printed: {
  readonly version: string
  readonly encoders: string
  readonly filters: string
  readonly decoders: string
}): E.Either<EngineFailure, EngineFacts> => {
  const namesIn = (list: string) => new Set([...list.matchAll(/^ \S+ +(\S+) /gm)].map(([, name]) => name))
  const [encoders, filters, decoders] = [printed.encoders, printed.filters, printed.decoders].map(namesIn)
  const missing = [
    ...requiredEncoders.filter((name) => !encoders?.has(name)),
    ...requiredFilters.filter((name) => !filters?.has(name)),
  ]
  if (missing.length > 0) return E.left({ reason: 'broken', detail: `it lacks ${missing.join(', ')}` })
  return E.right({
    name: `ffmpeg ${/^ffmpeg version (\S+)/.exec(printed.version)?.[1] ?? 'of unknown version'}`,
    missingDecoders: codecsWithoutDecoder((name) => decoders?.has(name) ?? false),
  })
}

const inputFailure = (detail: string): E.Either<EngineFailure, never> => E.left({ reason: 'input', detail })

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
