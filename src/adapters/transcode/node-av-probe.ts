import { avGetCodecName, Decoder, type Demuxer, Log, type Rational, type Stream } from 'node-av'
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_DISPOSITION_DEFAULT,
  AV_FRAME_FLAG_INTERLACED,
  AV_LOG_WARNING,
  AV_NOPTS_VALUE,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants'
import { decoderLimits } from './limits.ts'
import { openSource, rotationOf } from './node-av-source.ts'
import type { ProbedAudio, ProbedFile, ProbedStream, ProbedVideo } from './probed-file.ts'

export const probe = async (path: string): Promise<ProbedFile> => {
  const warnings: string[] = []
  Log.setCallback((_, message) => warnings.push(message), { maxLevel: AV_LOG_WARNING })
  const source = await openSource(path)
  const streams: ProbedStream[] = []
  for (const stream of source.streams) {
    if (stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO) streams.push(toProbedVideo(stream))
    if (stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO) streams.push(toProbedAudio(stream))
  }
  const durationSeconds = positive(source.duration)
  const interlaced = await findInterlaced(source)
  await source.close()
  // The one way to learn that a duration is a guess is a warning.
  const isEstimate = warnings.some((warning) => warning.includes('Estimating duration from bitrate'))
  return {
    durationSeconds: isEstimate ? null : durationSeconds,
    streams: streams.map((stream) => ({
      ...stream,
      ...(stream.index === interlaced ? { interlaced: true } : {}),
      ...(isEstimate ? { durationSeconds: null } : {}),
    })),
  }
}

/** The packets after which a film that shows no picture is let be. */
const MAX_PACKETS = 500

/**
 * The stream of the first moving pictures, if they are interlaced. The libraries know it of a stream, and node-av does
 * not pass it on; the first decoded picture tells.
 */
const findInterlaced = async (source: Demuxer): Promise<number | null> => {
  const stream = source.streams.find(isFilm)
  if (stream === undefined) return null
  const decoder = await Decoder.create(stream, { options: decoderLimits, exitOnError: false })
  let left = MAX_PACKETS
  for await (const packet of source.packets(stream.index)) {
    if (packet === null || left-- === 0) break
    await decoder.decode(packet)
    const frame = await decoder.receive()
    if (frame) return frame.hasFlags(AV_FRAME_FLAG_INTERLACED) ? stream.index : null
  }
  return null
}

const isFilm = (stream: Stream): boolean =>
  stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC)

const HDR: ReadonlyArray<number> = [AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67]

const toProbedVideo = (stream: Stream): ProbedVideo => ({
  kind: 'video',
  index: stream.index,
  isCover: stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC),
  width: stream.codecpar.width,
  height: stream.codecpar.height,
  pixelAspect: quotient(stream.sampleAspectRatio) || quotient(stream.codecpar.sampleAspectRatio) || 1,
  rotation: rotationOf(stream),
  averageRate: quotient(stream.avgFrameRate),
  nominalRate: quotient(stream.rFrameRate),
  interlaced: false,
  hdr: HDR.includes(stream.codecpar.colorTrc),
  durationSeconds: durationOf(stream),
})

const toProbedAudio = (stream: Stream): ProbedAudio => ({
  kind: 'audio',
  index: stream.index,
  isDefault: stream.hasDisposition(AV_DISPOSITION_DEFAULT),
  codec: avGetCodecName(stream.codecpar.codecId) ?? 'unknown',
  channels: stream.codecpar.channels,
  sampleRate: positive(stream.codecpar.sampleRate) ?? 48_000,
  bitrate: positive(Number(stream.codecpar.bitRate)),
  durationSeconds: durationOf(stream),
})

const durationOf = ({ duration, timeBase }: Stream): number | null =>
  duration === AV_NOPTS_VALUE ? null : positive(Number(duration) * quotient(timeBase))

const positive = (value: number): number | null => (Number.isFinite(value) && value > 0 ? value : null)

const quotient = ({ num, den }: Rational): number => (num > 0 && den > 0 ? num / den : 0)
