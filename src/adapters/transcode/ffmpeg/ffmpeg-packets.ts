import type { E } from '../../../fp.ts'
import { type EncodeJob, type EngineFailure, sandboxFilesOf } from '../engine.ts'
import { SCAN_TIMEOUT_SECONDS } from '../process/decoder-limits.ts'
import { runDecoder } from '../process/run-decoder.ts'
import { DEMUXER_LIMIT_OPTIONS, inputOptions, QUIET_OPTIONS } from './ffmpeg-arguments.ts'

/** A packet of a stream. Its times are in seconds. */
type ListedPacket = {
  readonly streamIndex: number
  readonly decoded: number
  readonly shown: number
  readonly duration: number
  /** Whether the packet is shown. Packets outside the edit list are only decoded. */
  readonly isShown: boolean
}

/** Reads the whole file, and lists the packets of these streams. */
export const listPackets = (
  ffmpeg: string,
  { path, jumpSeconds }: Pick<EncodeJob, 'path' | 'jumpSeconds'>,
  streamIndexes: ReadonlyArray<number>,
  signal: AbortSignal,
  take: (packet: ListedPacket) => void,
): Promise<E.Either<EngineFailure, unknown>> => {
  const args = [
    ...QUIET_OPTIONS,
    ...DEMUXER_LIMIT_OPTIONS,
    ...['-dts_delta_threshold', String(jumpSeconds)],
    ...inputOptions(path),
    ...streamIndexes.flatMap((index) => ['-map', `0:${index}`]),
    ...['-c', 'copy', '-f', 'framecrc', '-'],
  ]
  const timeBases = new Map<string, number>()
  const onLine = (line: string) => {
    const [, stream = '', num, den] = /^#tb (\d+): (\d+)\/(\d+)$/.exec(line) ?? []
    if (num !== undefined) timeBases.set(stream, Number(num) / Number(den))
    const [, output = '', dts, pts, duration, flags = '0'] = PACKET.exec(line) ?? []
    const [timeBase, streamIndex] = [timeBases.get(output), streamIndexes[Number(output)]]
    if (timeBase === undefined || streamIndex === undefined) return
    take({
      streamIndex,
      decoded: Number(dts) * timeBase,
      shown: Number(pts === NO_TIME ? dts : pts) * timeBase,
      duration: Number(duration) * timeBase,
      isShown: (Number.parseInt(flags, 16) & DISCARD) === 0,
    })
  }
  return runDecoder(
    ffmpeg,
    args,
    path,
    sandboxFilesOf.probe(path),
    { wallSeconds: SCAN_TIMEOUT_SECONDS, signal },
    onLine,
  )
}

/**
 * Matches the line of a packet: stream, decoding time, presentation time, duration, size, checksum; then the
 * flags, unless the only flag is "key".
 */
const PACKET = /^(\d+), *(-?\d+), *(-?\d+), *(\d+), *\d+, 0x[0-9a-f]+(?:, F=0x([0-9A-F]+))?/

/** FFmpeg's value for an unknown time (AV_NOPTS_VALUE). */
const NO_TIME = '-9223372036854775808'
/** FFmpeg's flag of a packet that is not shown (AV_PKT_FLAG_DISCARD). */
const DISCARD = 4
