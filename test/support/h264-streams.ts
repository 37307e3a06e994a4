import type { FrameRate } from '../../src/domain/media/content-export.ts'
import {
  findH264Level,
  type H264Level,
  macroblockCount,
  permitsSize,
} from '../../src/domain/media/h264-level.ts'

/** Encoder settings. `maxrate` in kilobits per second, `bufsize` in kilobits. */
type Stream = {
  readonly width: number
  readonly height: number
  readonly maxrate: number
  readonly bufsize: number
}

/** Whether a level permits a stream: its size, macroblocks per second, bit rate and buffer. */
export const permitsStream = (stream: Stream, { num, den }: FrameRate, level: H264Level): boolean =>
  permitsSize(stream, level) &&
  macroblockCount(stream) * (num / den) <= level.macroblocksPerSecond &&
  stream.maxrate <= level.kilobits &&
  stream.bufsize <= level.bufferKilobits

/** Returns the level in a codec string as `avc1.64002a` (RFC 6381); `null`: other codec, or no such level. */
export const h264LevelInCodec = (codec: string): H264Level | null => {
  const [, hex] = /^avc[13]\.([\da-f]{6})$/i.exec(codec) ?? []
  if (hex === undefined) return null
  const [profile, constraints, level] = [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
  if (profile === undefined || constraints === undefined || level === undefined) return null
  return findH264Level({ profile, constraints, level }) ?? null
}
