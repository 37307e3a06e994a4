import { containerOf, type EncodeJob, type EncodeOutput } from '../engine.ts'
import { decoderLimits, demuxerLimits } from '../process/limits.ts'

/** Paths of the programs. Their release is 5 or later. */
export type FfmpegPrograms = { readonly ffmpeg: string; readonly ffprobe: string }

export const QUIET_OPTIONS = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']

export const formatOptions = (named: Readonly<Record<string, string>>, suffix = ''): ReadonlyArray<string> =>
  Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** Options that apply to the next input. They have no effect after `-i`. */
export const DEMUXER_LIMIT_OPTIONS = [
  ...formatOptions(demuxerLimits),
  ...formatOptions({ max_pixels: decoderLimits.max_pixels }),
]

/**
 * Options that keep one filter graph for the whole stream. Its first filter accepts any frame size, and the
 * graph itself rotates frames.
 */
export const KEEP_GRAPH_OPTIONS = ['-reinit_filter:v', '0', '-noautorotate']

// Without the protocol `file:`, a path with a colon could select another protocol.
export const fileUrl = (path: string): string => `file:${path}`
export const inputOptions = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

export const NO_METADATA_OPTIONS = ['-map_metadata', '-1', '-map_chapters', '-1']

export const encodeArgs = (job: EncodeJob): ReadonlyArray<string> => {
  const streams = [job.video, job.audio].filter((stream) => stream !== null)
  return [
    ...QUIET_OPTIONS,
    ...['-progress', 'pipe:1', '-stats_period', '0.5'],
    ...DEMUXER_LIMIT_OPTIONS,
    ...['-dts_delta_threshold', String(job.jumpSeconds)],
    ...(job.hasZeroBasedTimes ? ['-copyts'] : []),
    ...KEEP_GRAPH_OPTIONS,
    ...inputOptions(job.path),
    // Each stream has a separate graph, so that a format change in one stream does not restart the graph of
    // the other.
    ...streams.flatMap(({ streamIndex, normalization, graph }) => [
      '-filter_complex',
      `[0:${streamIndex}]${normalization},${graph}`,
    ]),
    ...streams.flatMap(({ outputs }) => outputs.flatMap(outputArgs)),
    // ffmpeg starts at the earliest timestamp of the streams that it reads, so it reads these streams, too.
    ...job.referenceStreams.flatMap((index) => ['-map', `0:${index}`, '-c', 'copy', '-f', 'null', '-']),
  ]
}

const outputArgs = ({
  label,
  encoder,
  options: named,
  muxer,
  dropsFirstPacket,
  file,
}: EncodeOutput): ReadonlyArray<string> => {
  const kind = encoder === 'libx264' ? ':v' : ':a'
  const coding = [`-c${kind}`, encoder, ...formatOptions(named, kind)]
  return [
    '-map',
    `[${label}]`,
    ...coding,
    // Without an amount of noise, this filter changes no bytes. It only drops the first packet.
    ...(dropsFirstPacket ? [`-bsf${kind}`, 'noise=drop=not(n)'] : []),
    ...NO_METADATA_OPTIONS,
    ...formatOptions(muxer),
    '-f',
    containerOf(encoder),
    fileUrl(file),
  ]
}
