import { setImmediate } from 'node:timers/promises'
import { avGetCodecName, avGetPixFmtName, type Demuxer, Log, type Rational, type Stream } from 'node-av'
import type { AVPixelFormat } from 'node-av/constants'
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_DISPOSITION_CLEAN_EFFECTS,
  AV_DISPOSITION_COMMENT,
  AV_DISPOSITION_DEFAULT,
  AV_DISPOSITION_DEPENDENT,
  AV_DISPOSITION_DESCRIPTIONS,
  AV_DISPOSITION_DUB,
  AV_DISPOSITION_HEARING_IMPAIRED,
  AV_DISPOSITION_KARAOKE,
  AV_DISPOSITION_LYRICS,
  AV_DISPOSITION_NON_DIEGETIC,
  AV_DISPOSITION_ORIGINAL,
  AV_DISPOSITION_STILL_IMAGE,
  AV_DISPOSITION_TIMED_THUMBNAILS,
  AV_DISPOSITION_VISUAL_IMPAIRED,
  AV_LOG_DEBUG,
  AV_LOG_INFO,
  AV_LOG_WARNING,
  AV_NOPTS_VALUE,
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants'
import { errorMessage } from '../../../domain/shared/error-text.ts'
import { FORMAT_NOT_ACCEPTED_LOG_PATTERN, formatInLog } from '../engine.ts'
import { audioToDecode, withAudioForm } from '../first-audio.ts'
import {
  framesToDecode,
  hasAlphaChannel,
  normalizeLanguage,
  type ProbedAudio,
  type ProbedExtras,
  type ProbedFile,
  type ProbedStream,
  type ProbedVideo,
  parseClockSeconds,
  streamDisplayName,
  streamEndSeconds,
  streamsToDecode,
  withFirstFrames,
} from '../probed-file.ts'
import { purposesWhere, type StreamPurpose } from '../stream-purposes.ts'
import { firstAudioFormOf, firstFramesOf } from './node-av-first-frames.ts'
import { openDemuxer, orientationOf } from './node-av-source.ts'

export const probeWithNodeAv = async (path: string): Promise<ProbedFile> => {
  const warnings: string[] = []
  const log: string[] = []
  Log.setCallback(
    (level, message) => {
      if (level <= AV_LOG_WARNING) warnings.push(message)
      else log.push(message)
    },
    { maxLevel: AV_LOG_INFO },
  )
  const source = await openDemuxer(path).catch(async (error: unknown) => {
    // Log messages come from other threads through the event loop, so they may arrive after the error. This
    // waits for them.
    await setImmediate()
    const message = errorMessage(error)
    // The error of the library is only a number, so the message contains the last warnings of the demuxer,
    // which state the reason.
    const reasons = [...warnings.slice(-MAX_REASONS).map((line) => line.trim()), message]
    const isFormatRefused = reasons.some((reason) => FORMAT_NOT_ACCEPTED_LOG_PATTERN.test(reason))
    throw new Error([...reasons, ...(isFormatRefused ? [await formatLine(path)] : [])].join(' | '))
  })
  const start = startOf(source)
  const streams = source.streams.flatMap((stream) => toProbedStreams(stream, start))
  const durationSeconds = positive(source.duration)
  // The package has no function that returns chapters, but this function logs them.
  source.getFormatContext().dumpFormat(0, '', false)
  await setImmediate()
  const extras = { ...otherStreamsOf(source), chapters: log.filter((text) => CHAPTER.test(text)).length }
  // The warnings are needed, because only a warning tells that the duration is an estimate.
  const isEstimate = warnings.some((warning) => warning.includes('Estimating duration from bitrate'))
  const sounds = audioToDecode(source.getFormatContext().iformat?.name, streams)
  await source.close()
  const inspected: ProbedStream[] = []
  const decoded = streamsToDecode(streams)
  for (const stream of streams) {
    const probed = isEstimate && stream.kind !== 'subtitles' ? { ...stream, endSeconds: null } : stream
    const count = framesToDecode(stream)
    // A decoder error is ignored here, because encoding will report it.
    const first = decoded.includes(stream.index)
      ? await firstFramesOf(path, stream.index, Math.max(1, count)).catch(() => null)
      : null
    const form = sounds.includes(stream.index)
      ? await firstAudioFormOf(path, stream.index).catch(() => null)
      : null
    const coloured = withFirstColour(withAudioForm(probed, form), first?.colour ?? null)
    inspected.push(first === null || count === 0 ? coloured : withFirstFrames(coloured, first, start))
  }
  return { durationSeconds: isEstimate ? null : durationSeconds, streams: inspected, extras }
}

const MAX_REASONS = 4

/**
 * Replaces the colour tags by those of the first decoded frame. The tags of a decoded frame are those of the
 * video stream itself, or else those of the container. ffprobe reports the same.
 */
const withFirstColour = (stream: ProbedStream, colour: ProbedVideo['colour'] | null): ProbedStream =>
  stream.kind === 'video' && colour !== null ? { ...stream, colour } : stream
/**
 * Returns the log line with the name of a format that was not accepted. Only a log of level `debug` contains
 * this line.
 */
const formatLine = async (path: string): Promise<string> => {
  const lines: string[] = []
  Log.setCallback((_, line) => lines.push(line), { maxLevel: AV_LOG_DEBUG })
  await openDemuxer(path).catch(() => {})
  await setImmediate()
  return lines.find((line) => formatInLog(line) !== null)?.trim() ?? ''
}

const CHAPTER = /^ {4}Chapter #0:\d+: /

const otherStreamsOf = ({ streams }: Demuxer): Pick<ProbedExtras, 'data' | 'attachments'> => {
  const namesOf = (kind: number): ReadonlyArray<string> =>
    streams
      .filter(({ codecpar }) => codecpar.codecType === kind)
      .map((stream) => streamDisplayName(codecOf(stream), stream.codecpar.codecTagString))
  return { data: namesOf(AVMEDIA_TYPE_DATA), attachments: namesOf(AVMEDIA_TYPE_ATTACHMENT) }
}

const toProbedStreams = (stream: Stream, start: number): ReadonlyArray<ProbedStream> => {
  switch (stream.codecpar.codecType) {
    case AVMEDIA_TYPE_VIDEO:
      return [toProbedVideo(stream, start)]
    case AVMEDIA_TYPE_AUDIO:
      return [toProbedAudio(stream, start)]
    case AVMEDIA_TYPE_SUBTITLE:
      return [{ kind: 'subtitles', ...commonFields(stream) }]
    default:
      return []
  }
}

const isCover = (stream: Stream): boolean =>
  stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) || stream.hasDisposition(AV_DISPOSITION_TIMED_THUMBNAILS)

const codecOf = (stream: Stream): string => avGetCodecName(stream.codecpar.codecId) ?? 'unknown'

const commonFields = (stream: Stream) => ({
  index: stream.index,
  id: stream.id,
  programs: [],
  codec: codecOf(stream),
  language: normalizeLanguage(stream.metadata?.get('language')),
  purposes: purposesWhere((purpose) => stream.hasDisposition(FLAGS[purpose])),
})

const FLAGS = {
  original: AV_DISPOSITION_ORIGINAL,
  dub: AV_DISPOSITION_DUB,
  comment: AV_DISPOSITION_COMMENT,
  lyrics: AV_DISPOSITION_LYRICS,
  karaoke: AV_DISPOSITION_KARAOKE,
  hearing_impaired: AV_DISPOSITION_HEARING_IMPAIRED,
  visual_impaired: AV_DISPOSITION_VISUAL_IMPAIRED,
  descriptions: AV_DISPOSITION_DESCRIPTIONS,
  clean_effects: AV_DISPOSITION_CLEAN_EFFECTS,
  non_diegetic: AV_DISPOSITION_NON_DIEGETIC,
  dependent: AV_DISPOSITION_DEPENDENT,
  still_image: AV_DISPOSITION_STILL_IMAGE,
} satisfies Readonly<Record<StreamPurpose, unknown>>

const toProbedVideo = (stream: Stream, start: number): ProbedVideo => ({
  kind: 'video',
  ...commonFields(stream),
  isDefault: stream.hasDisposition(AV_DISPOSITION_DEFAULT),
  isCover: isCover(stream),
  width: stream.codecpar.width,
  height: stream.codecpar.height,
  pixelAspect: quotient(stream.sampleAspectRatio) || quotient(stream.codecpar.sampleAspectRatio) || 1,
  ...orientationOf(stream),
  averageRate: quotient(stream.avgFrameRate),
  nominalRate: quotient(stream.rFrameRate),
  interlacedShare: 0,
  hasAlpha: hasAlphaChannel(pixelFormatOf(stream), stream.metadata?.get('alpha_mode')),
  hasCaptions: false,
  // FFmpeg uses the numbers of H.273. These tags come from the container; `withFirstColour` replaces them by
  // those of the first frame.
  colour: {
    primaries: stream.codecpar.colorPrimaries,
    transfer: stream.codecpar.colorTrc,
    matrix: stream.codecpar.colorSpace,
    isMatrixOfContainer: false,
  },
  late: [],
  lastFrame: null,
  startSeconds: startOfStream(stream, start),
  endSeconds: endOf(stream, start),
  splitAfter: null,
})

/** Returns the name of the pixel format, which the field `format` of a video stream contains. */
const pixelFormatOf = ({ codecpar }: Stream): string | null =>
  avGetPixFmtName(codecpar.format as AVPixelFormat)

const toProbedAudio = (stream: Stream, start: number): ProbedAudio => ({
  kind: 'audio',
  ...commonFields(stream),
  isDefault: stream.hasDisposition(AV_DISPOSITION_DEFAULT),
  channels: stream.codecpar.channels,
  sampleRate: positive(stream.codecpar.sampleRate) ?? 48_000,
  bitrate: positive(Number(stream.codecpar.bitRate)),
  startSeconds: startOfStream(stream, start),
  endSeconds: endOf(stream, start),
  splitAfter: null,
})

const startOf = (source: Demuxer): number => {
  const micros = source.getFormatContext().startTime
  return micros === AV_NOPTS_VALUE ? 0 : Number(micros) / 1_000_000
}

const startOfStream = ({ startTime, timeBase }: Stream, start: number): number | null =>
  startTime === AV_NOPTS_VALUE ? null : Number(startTime) * quotient(timeBase) - start

const endOf = ({ duration, startTime, timeBase, metadata }: Stream, start: number): number | null => {
  const secondsOf = (ticks: bigint): number | null =>
    ticks === AV_NOPTS_VALUE ? null : Number(ticks) * quotient(timeBase)
  return streamEndSeconds({
    fileStart: start,
    start: secondsOf(startTime),
    length: secondsOf(duration),
    tagged: parseClockSeconds(metadata?.get('DURATION')),
  })
}

const positive = (value: number): number | null => (Number.isFinite(value) && value > 0 ? value : null)

const quotient = ({ num, den }: Rational): number => (num > 0 && den > 0 ? num / den : 0)
