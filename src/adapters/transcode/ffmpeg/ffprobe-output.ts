import * as t from 'io-ts'
import { videoColourTagsOf } from '../colour-names.ts'
import {
  hasAlphaChannel,
  normalizeLanguage,
  type ProbedAudio,
  type ProbedFile,
  type ProbedVideo,
  parseClockSeconds,
  streamDisplayName,
  streamEndSeconds,
} from '../probed-file.ts'
import { purposesWhere } from '../stream-purposes.ts'

const FfprobeStream = t.partial({
  index: t.number,
  id: t.string,
  codec_type: t.string,
  codec_name: t.string,
  codec_tag_string: t.string,
  width: t.number,
  height: t.number,
  pix_fmt: t.string,
  sample_aspect_ratio: t.string,
  r_frame_rate: t.string,
  avg_frame_rate: t.string,
  start_time: t.string,
  duration: t.string,
  bit_rate: t.string,
  color_space: t.string,
  color_primaries: t.string,
  color_transfer: t.string,
  channels: t.number,
  sample_rate: t.string,
  disposition: t.record(t.string, t.number),
  side_data_list: t.array(t.partial({ rotation: t.number, displaymatrix: t.string })),
  tags: t.partial({ rotate: t.string, language: t.string, DURATION: t.string, alpha_mode: t.string }),
})
type FfprobeStream = t.TypeOf<typeof FfprobeStream>

/** Output of `ffprobe -of json` for the entries `FFPROBE_ENTRIES`. */
export const FfprobeOutput = t.intersection([
  t.type({ streams: t.array(FfprobeStream) }),
  t.partial({
    format: t.partial({ format_name: t.string, duration: t.string, start_time: t.string }),
    chapters: t.array(t.unknown),
  }),
])
export type FfprobeOutput = t.TypeOf<typeof FfprobeOutput>

export const FFPROBE_ENTRIES = [
  'format=format_name,duration,start_time',
  'stream=index,id,codec_type,codec_name,codec_tag_string,width,height,pix_fmt,sample_aspect_ratio,r_frame_rate,avg_frame_rate,start_time,duration,bit_rate,color_space,color_primaries,color_transfer,channels,sample_rate',
  'stream_disposition',
  'stream_side_data=rotation,displaymatrix',
  'stream_tags=rotate,language,DURATION,alpha_mode',
  'chapter=id',
].join(':')

/**
 * Converts ffprobe's output. `isEstimate`: ffprobe computed the duration from size and bitrate, which is
 * unreliable for a variable bitrate.
 */
export const toProbedFile = (
  { format, streams, chapters = [] }: FfprobeOutput,
  isEstimate: boolean,
): ProbedFile => {
  const start = finiteNumber(format?.start_time) ?? 0
  const endOf = (stream: FfprobeStream): number | null =>
    isEstimate
      ? null
      : streamEndSeconds({
          fileStart: start,
          start: finiteNumber(stream.start_time),
          length: finiteNumber(stream.duration),
          tagged: parseClockSeconds(stream.tags?.DURATION),
        })
  const startOf = (stream: FfprobeStream): number | null => {
    const own = finiteNumber(stream.start_time)
    return own === null ? null : own - start
  }
  const namesOf = (kind: string): ReadonlyArray<string> =>
    streams
      .filter(({ codec_type }) => codec_type === kind)
      .map(({ codec_name, codec_tag_string }) => streamDisplayName(codec_name, codec_tag_string))
  return {
    durationSeconds: isEstimate ? null : positive(format?.duration),
    extras: { data: namesOf('data'), attachments: namesOf('attachment'), chapters: chapters.length },
    streams: streams.flatMap((stream): ProbedFile['streams'] => {
      const { codec_type: kind } = stream
      const times = { startSeconds: startOf(stream), endSeconds: endOf(stream), splitAfter: null }
      if (kind === 'video') return [{ ...toProbedVideo(stream), ...times }]
      if (kind === 'audio') return [{ ...toProbedAudio(stream), ...times }]
      if (kind === 'subtitle') return [{ kind: 'subtitles', ...toProbedStream(stream) }]
      return []
    }),
  }
}

const toProbedStream = ({ index, id, codec_name, disposition, tags }: FfprobeStream) => ({
  index: index ?? 0,
  id: finiteNumber(id),
  programs: [],
  codec: codec_name ?? 'unknown',
  language: normalizeLanguage(tags?.language),
  purposes: purposesWhere((purpose) => disposition?.[purpose] === 1),
})

type Timed = 'startSeconds' | 'endSeconds' | 'splitAfter'

const toProbedVideo = (stream: FfprobeStream): Omit<ProbedVideo, Timed> => ({
  kind: 'video',
  ...toProbedStream(stream),
  isDefault: stream.disposition?.default === 1,
  isCover: stream.disposition?.attached_pic === 1 || stream.disposition?.timed_thumbnails === 1,
  width: stream.width ?? 0,
  height: stream.height ?? 0,
  pixelAspect: fraction(stream.sample_aspect_ratio) || 1,
  rotation: clockwise(stream),
  mirrored: isMirrored(stream),
  averageRate: fraction(stream.avg_frame_rate),
  nominalRate: fraction(stream.r_frame_rate),
  interlacedShare: 0,
  hasAlpha: hasAlphaChannel(stream.pix_fmt, stream.tags?.alpha_mode),
  hasCaptions: false,
  colour: videoColourTagsOf({
    primaries: stream.color_primaries,
    transfer: stream.color_transfer,
    matrix: stream.color_space,
  }),
  late: [],
  lastFrame: null,
})

const toProbedAudio = (stream: FfprobeStream): Omit<ProbedAudio, Timed> => ({
  kind: 'audio',
  ...toProbedStream(stream),
  isDefault: stream.disposition?.default === 1,
  channels: stream.channels ?? 0,
  sampleRate: positive(stream.sample_rate) ?? 48_000,
  bitrate: positive(stream.bit_rate),
})

/**
 * Returns the clockwise rotation in degrees. The rotation in side data is counter-clockwise. The rotation in
 * the older tag is clockwise.
 */
const clockwise = ({ side_data_list, tags }: FfprobeStream): number => {
  const matrix = side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation
  const degrees = matrix === undefined ? Number(tags?.rotate ?? 0) : -matrix
  return Number.isFinite(degrees) ? ((degrees % 360) + 360) % 360 : 0
}

/**
 * Returns whether the display matrix mirrors the image, that is, has a negative determinant. ffprobe prints
 * the matrix as text, with a number before each line.
 */
const isMirrored = ({ side_data_list }: FfprobeStream): boolean => {
  const dump = side_data_list?.find(({ displaymatrix }) => displaymatrix !== undefined)?.displaymatrix ?? ''
  const [a = 0, b = 0, , c = 0, d = 0] = dump
    .replace(/^\s*[0-9a-f]{8}:/gim, '')
    .trim()
    .split(/\s+/)
    .map(Number)
  return a * d - b * c < 0
}

export const finiteNumber = (text: string | undefined): number | null =>
  text !== undefined && Number.isFinite(Number(text)) ? Number(text) : null

const positive = (text: string | undefined): number | null => {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : null
}

/** Parses `30000/1001` or `4:3`. Returns 0 for any other text. */
const fraction = (text: string | undefined): number => {
  const [num = Number.NaN, den = Number.NaN] = (text ?? '').split(/[/:]/).map(Number)
  const value = num / den
  return Number.isFinite(value) && value > 0 ? value : 0
}
