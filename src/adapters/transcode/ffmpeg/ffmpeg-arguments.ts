import { containerOf, type EncodeJob, type EncodeOutput } from '../engine.ts'
import { decoderLimits, demuxerLimits } from '../process/decoder-limits.ts'

/** Paths of the programs. Their release is 5 or later. */
export type FfmpegPrograms = { readonly ffmpeg: string; readonly ffprobe: string }

export const QUIET_OPTIONS = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']

export const toFfmpegOptions = (
  named: Readonly<Record<string, string>>,
  suffix = '',
): ReadonlyArray<string> => Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** Options of ffmpeg that apply to the next input, so they must come before its `-i`. */
export const DEMUXER_LIMIT_OPTIONS = [
  ...toFfmpegOptions(demuxerLimits),
  ...toFfmpegOptions({ max_pixels: decoderLimits.max_pixels }),
]

/**
 * Options that keep one filter graph for the whole stream. The graph need not be rebuilt, because its first
 * filter accepts any frame size, and the graph itself rotates frames.
 */
export const KEEP_GRAPH_OPTIONS = ['-reinit_filter:v', '0', '-noautorotate']

// Returns the path with the protocol `file:`. Without this protocol, a path with a colon could select another
// protocol.
export const fileUrl = (path: string): string => `file:${path}`
export const inputOptions = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

export const NO_METADATA_OPTIONS = ['-map_metadata', '-1', '-map_chapters', '-1']

export const ffmpegEncodeArguments = (job: EncodeJob): ReadonlyArray<string> => {
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
    // ffmpeg starts at the earliest timestamp of all streams that it reads, so the streams in `referenceStreams` are
    // also read, to an empty output.
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
  const coding = [`-c${kind}`, encoder, ...toFfmpegOptions(named, kind)]
  return [
    '-map',
    `[${label}]`,
    ...coding,
    // This bitstream filter drops the first packet. Without an amount of noise, the filter changes no bytes.
    ...(dropsFirstPacket ? [`-bsf${kind}`, 'noise=drop=not(n)'] : []),
    ...NO_METADATA_OPTIONS,
    ...toFfmpegOptions(muxer),
    '-f',
    containerOf(encoder),
    fileUrl(file),
  ]
}
