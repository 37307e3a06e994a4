import { resolve } from 'node:path'
import { avRescaleQ, Demuxer, type Packet, type Stream } from 'node-av'
import { AV_NOPTS_VALUE, AV_PKT_DATA_DISPLAYMATRIX, AVFMT_TS_DISCONT } from 'node-av/constants'
import { DEFAULT_JUMP_SECONDS } from '../engine.ts'
import { demuxerLimits } from '../process/decoder-limits.ts'

/**
 * Opens a file by its absolute path, so that FFmpeg does not interpret a part before a colon as a protocol.
 * In formats whose clock may jump, a step of more than `jumpSeconds` between two timestamps counts as a jump.
 */
export const openDemuxer = (path: string, jumpSeconds = DEFAULT_JUMP_SECONDS): Promise<Demuxer> =>
  Demuxer.open(resolve(path), { options: demuxerLimits, dtsDeltaThreshold: jumpSeconds })

const MICROSECOND = { num: 1, den: 1_000_000 }

/**
 * Returns a function that shifts timestamps so that they start at zero. A clock may start anywhere: in a
 * recorded broadcast at several hours, in fragments at the delay of reordered frames. The program ffmpeg
 * subtracts the start of the clock, but FFmpeg's libraries do not. `used` lists the streams that define the
 * start; if it is `null`, all streams of the file do.
 */
export const startTimeShift = (
  source: Demuxer,
  used: ReadonlyArray<number> | null = null,
): ((packet: Packet) => void) => {
  const micros = used === null ? source.getFormatContext().startTime : firstTimeOf(source, used)
  return (packet) => {
    if (micros === AV_NOPTS_VALUE) return
    const ticks = avRescaleQ(micros, MICROSECOND, packet.timeBase)
    if (packet.pts !== AV_NOPTS_VALUE) packet.pts -= ticks
    if (packet.dts !== AV_NOPTS_VALUE) packet.dts -= ticks
  }
}

/**
 * Returns the start in microseconds. In a format whose clock may jump, other streams may belong to another
 * program, so only the used streams define the start, as in the program ffmpeg.
 */
const firstTimeOf = (source: Demuxer, used: ReadonlyArray<number>): bigint => {
  const { iformat, startTime: first } = source.getFormatContext()
  if (((iformat?.flags ?? 0) & AVFMT_TS_DISCONT) === 0) return first
  return source.streams
    .filter(({ index, startTime }) => used.includes(index) && startTime !== AV_NOPTS_VALUE)
    .map(({ startTime, timeBase }) => avRescaleQ(startTime, timeBase, MICROSECOND))
    .reduce((a, b) => (a === AV_NOPTS_VALUE || b < a ? b : a), AV_NOPTS_VALUE)
}

/**
 * How a player must turn frames: first a vertical flip, if `mirrored`, then a clockwise rotation in degrees
 * (0 to 359).
 */
type Orientation = { readonly rotation: number; readonly mirrored: boolean }

/**
 * Reads the display matrix. The matrix has 9 native 32-bit integers, of which the first, second, fourth and
 * fifth rotate and scale (libavutil/display.h of FFmpeg).
 */
export const orientationOf = ({ codecpar }: Stream): Orientation => {
  const matrix = codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)
  if (matrix === null || matrix.length < 36) return UPRIGHT
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => matrix.readInt32LE(at)) as [number, number, number, number]
  const [wide, high] = [Math.hypot(a, c), Math.hypot(b, d)]
  if (wide === 0 || high === 0) return UPRIGHT
  const degrees = (Math.atan2(b / high, a / wide) * 180) / Math.PI
  return { rotation: ((Math.round(degrees) % 360) + 360) % 360, mirrored: a * d - b * c < 0 }
}

const UPRIGHT: Orientation = { rotation: 0, mirrored: false }
