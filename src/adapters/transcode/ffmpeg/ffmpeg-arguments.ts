import { containerOf, type EncodeJob, type EncodeOutput } from '../engine.ts'
import { decoderLimits, demuxerLimits } from '../process/limits.ts'

/** Paths of the programs, release 5 or later. */
export type Programs = { readonly ffmpeg: string; readonly ffprobe: string }

export const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats', '-n']

export const options = (named: Readonly<Record<string, string>>, suffix = ''): ReadonlyArray<string> =>
  Object.entries(named).flatMap(([name, value]) => [`-${name}${suffix}`, value])

/** Apply to the input that follows: they have no effect after `-i`. */
export const HARDENED = [...options(demuxerLimits), ...options({ max_pixels: decoderLimits.max_pixels })]

/** One graph for the whole stream: its first filter accepts any frame size, and it rotates frames itself. */
export const KEEP_GRAPH = ['-reinit_filter:v', '0', '-noautorotate']

// Without the protocol, a path with a colon could select another one.
export const fileUrl = (path: string): string => `file:${path}`
export const input = (path: string): ReadonlyArray<string> => ['-i', fileUrl(path)]

export const NO_METADATA = ['-map_metadata', '-1', '-map_chapters', '-1']

export const encodeArgs = (job: EncodeJob): ReadonlyArray<string> => {
  const streams = [job.video, job.audio].filter((stream) => stream !== null)
  return [
    ...QUIET,
    ...['-progress', 'pipe:1', '-stats_period', '0.5'],
    ...HARDENED,
    ...['-dts_delta_threshold', String(job.jumpSeconds)],
    ...(job.isFromZero ? ['-copyts'] : []),
    ...KEEP_GRAPH,
    ...input(job.path),
    // Separate graphs: a format change in one stream must not restart the graph of the other.
    ...streams.flatMap(({ streamIndex, steady, graph }) => [
      '-filter_complex',
      `[0:${streamIndex}]${steady},${graph}`,
    ]),
    ...streams.flatMap(({ outputs }) => outputs.flatMap(outputArgs)),
    // ffmpeg starts at the earliest timestamp of the streams that it reads.
    ...job.alongside.flatMap((index) => ['-map', `0:${index}`, '-c', 'copy', '-f', 'null', '-']),
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
  const coding = [`-c${kind}`, encoder, ...options(named, kind)]
  return [
    '-map',
    `[${label}]`,
    ...coding,
    // Without an amount of noise, this filter changes no byte.
    ...(dropsFirstPacket ? [`-bsf${kind}`, 'noise=drop=not(n)'] : []),
    ...NO_METADATA,
    ...options(muxer),
    '-f',
    containerOf(encoder),
    fileUrl(file),
  ]
}
