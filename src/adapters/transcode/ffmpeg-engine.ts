import { dirname } from 'node:path'
import { E } from '../../fp.ts'
import {
  type EncodeJob,
  type EncodeOutput,
  type Engine,
  type EngineFacts,
  type EngineFailure,
  filesOf,
  noFiles,
  type StreamJob,
} from './engine.ts'
import { FFPROBE_ENTRIES, FfprobeOutput, toProbedFile } from './ffprobe-output.ts'
import { decoderLimits, demuxerLimits, PROBE_SECONDS } from './limits.ts'
import { progressiveMuxer } from './recipe.ts'
import { run } from './run-program.ts'

/** Runs the programs `ffmpeg` and `ffprobe`, of release 5 or later. */
export const createFfmpegEngine = (programs: {
  readonly ffmpeg: string
  readonly ffprobe: string
}): Engine => ({
  describe: async () => {
    const printed: string[] = []
    for (const [program, question] of [
      [programs.ffmpeg, '-version'],
      [programs.ffmpeg, '-encoders'],
      [programs.ffmpeg, '-filters'],
      [programs.ffprobe, '-version'],
    ] as const) {
      const ran = await run(program, ['-hide_banner', question], null, noFiles, {
        wallSeconds: PROBE_SECONDS,
      })
      if (E.isLeft(ran)) return ran
      printed.push(ran.right.stdout)
    }
    const [version = '', coders = '', filters = ''] = printed
    return toEngineFacts(version, coders, filters)
  },

  probe: (path, signal) => async () => {
    // The one way to learn that a duration is a guess is a warning.
    const shown = ['-show_entries', FFPROBE_ENTRIES, '-of', 'json']
    const args = ['-v', 'warning', ...HARDENED, ...shown, ...input(path)]
    const ran = await run(programs.ffprobe, args, path, filesOf.probe(path), {
      wallSeconds: PROBE_SECONDS,
      signal,
    })
    if (E.isLeft(ran)) return ran
    const decoded = FfprobeOutput.decode(parseJson(ran.right.stdout))
    if (E.isLeft(decoded)) return inputFailure('ffprobe printed something else than expected')
    return E.right(toProbedFile(decoded.right, ran.right.stderr.includes('Estimating duration from bitrate')))
  },

  encode: (job, onProgress, signal) => async () => {
    const onLine = (line: string) => {
      const [name, value] = line.split('=')
      if (name === 'out_time_us' && Number(value) > 0) onProgress(Number(value) / 1_000_000)
    }
    const bounds = { wallSeconds: job.wallSeconds, signal }
    const ran = await run(programs.ffmpeg, encodeArgs(job), job.path, filesOf.encode(job), bounds, onLine)
    return E.isLeft(ran) ? ran : E.right(undefined)
  },

  remux: (job, signal) => async () => {
    const { outputs, wallSeconds } = job
    const inputs = [...new Set(outputs.flatMap((output) => output.inputs))]
    const args = [
      ...QUIET,
      ...inputs.flatMap((path) => ['-protocol_whitelist', 'file', '-f', 'mov', ...input(path)]),
      ...outputs.flatMap((output) => [
        ...output.inputs.flatMap((path) => ['-map', `${inputs.indexOf(path)}:0`]),
        ...['-c', 'copy', ...NO_METADATA, ...options(progressiveMuxer), '-f', 'mp4', fileUrl(output.file)],
      ]),
    ]
    const ran = await run(programs.ffmpeg, args, dirname(inputs[0] ?? ''), filesOf.remux(job), {
      wallSeconds,
      signal,
    })
    return E.isLeft(ran) ? ran : E.right(undefined)
  },
})

const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']
const NO_METADATA = ['-map_metadata', '-1', '-map_chapters', '-1']

const options = (named: Readonly<Record<string, string>>, suffix = ''): ReadonlyArray<string> =>
  Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** They bind the input that follows: after `-i` they would bind nothing. */
const HARDENED = [...options(demuxerLimits), ...options({ max_pixels: decoderLimits.max_pixels })]

// The protocol is named, or a path with a colon could choose another.
const fileUrl = (path: string): string => `file:${path}`
const input = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

const encodeArgs = (job: EncodeJob): ReadonlyArray<string> => {
  const streams = [job.video, job.audio].filter((stream) => stream !== null)
  const graph = streams.map(({ streamIndex, graph }: StreamJob) => `[0:${streamIndex}]${graph}`).join(';')
  return [
    ...QUIET,
    ...['-progress', 'pipe:1', '-stats_period', '0.5'],
    ...HARDENED,
    ...input(job.path),
    ...['-filter_complex', graph],
    ...streams.flatMap(({ outputs }) => outputs.flatMap(outputArgs)),
  ]
}

const outputArgs = ({ label, encoder, options: named, muxer, file }: EncodeOutput): ReadonlyArray<string> => {
  const kind = encoder === 'aac' ? ':a' : ':v'
  const coding = [`-c${kind}`, encoder, ...options(named, kind)]
  return ['-map', `[${label}]`, ...coding, ...NO_METADATA, ...options(muxer), '-f', 'mp4', fileUrl(file)]
}

const toEngineFacts = (
  version: string,
  coders: string,
  filters: string,
): E.Either<EngineFailure, EngineFacts> => {
  const has = (list: string, name: string) => new RegExp(`^ \\S+ +${name} `, 'm').test(list)
  const missing = ['libx264', 'aac'].filter((name) => !has(coders, name))
  if (missing.length > 0)
    return E.left({ reason: 'broken', detail: `it lacks the encoders ${missing.join(', ')}` })
  return E.right({
    name: `ffmpeg ${/^ffmpeg version (\S+)/.exec(version)?.[1] ?? 'of unknown version'}`,
    toneMaps: has(filters, 'zscale') && has(filters, 'tonemap'),
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
