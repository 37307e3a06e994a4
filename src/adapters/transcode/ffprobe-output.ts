import * as t from 'io-ts'
import type { ProbedAudio, ProbedFile, ProbedVideo } from './probed-file.ts'

const FfprobeStream = t.partial({
  index: t.number,
  codec_type: t.string,
  codec_name: t.string,
  width: t.number,
  height: t.number,
  sample_aspect_ratio: t.string,
  field_order: t.string,
  r_frame_rate: t.string,
  avg_frame_rate: t.string,
  duration: t.string,
  bit_rate: t.string,
  color_transfer: t.string,
  channels: t.number,
  sample_rate: t.string,
  disposition: t.partial({ default: t.number, attached_pic: t.number }),
  side_data_list: t.array(t.partial({ rotation: t.number })),
  tags: t.partial({ rotate: t.string }),
})
type FfprobeStream = t.TypeOf<typeof FfprobeStream>

/** What `ffprobe -of json` prints of the entries below. */
export const FfprobeOutput = t.intersection([
  t.type({ streams: t.array(FfprobeStream) }),
  t.partial({ format: t.partial({ duration: t.string }) }),
])
export type FfprobeOutput = t.TypeOf<typeof FfprobeOutput>

export const FFPROBE_ENTRIES = [
  'format=duration',
  'stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,field_order,r_frame_rate,avg_frame_rate,duration,bit_rate,color_transfer,channels,sample_rate',
  'stream_disposition=default,attached_pic',
  'stream_side_data=rotation',
  'stream_tags=rotate',
].join(':')

/** `isEstimate`: the duration comes from size and bit rate, which for a varying rate may be far off. */
export const toProbedFile = (output: FfprobeOutput, isEstimate: boolean): ProbedFile => ({
  durationSeconds: isEstimate ? null : positive(output.format?.duration),
  streams: output.streams.flatMap((stream): ProbedFile['streams'] => {
    const durationSeconds = isEstimate ? null : positive(stream.duration)
    if (stream.codec_type === 'video') return [{ ...toProbedVideo(stream), durationSeconds }]
    if (stream.codec_type === 'audio') return [{ ...toProbedAudio(stream), durationSeconds }]
    return []
  }),
})

const toProbedVideo = (stream: FfprobeStream): Omit<ProbedVideo, 'durationSeconds'> => ({
  kind: 'video',
  index: stream.index ?? 0,
  isCover: stream.disposition?.attached_pic === 1,
  width: stream.width ?? 0,
  height: stream.height ?? 0,
  pixelAspect: fraction(stream.sample_aspect_ratio) || 1,
  rotation: clockwise(stream),
  averageRate: fraction(stream.avg_frame_rate),
  nominalRate: fraction(stream.r_frame_rate),
  interlaced: ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? ''),
  hdr: ['smpte2084', 'arib-std-b67'].includes(stream.color_transfer ?? ''),
})

const toProbedAudio = (stream: FfprobeStream): Omit<ProbedAudio, 'durationSeconds'> => ({
  kind: 'audio',
  index: stream.index ?? 0,
  isDefault: stream.disposition?.default === 1,
  codec: stream.codec_name ?? 'unknown',
  channels: stream.channels ?? 0,
  sampleRate: positive(stream.sample_rate) ?? 48_000,
  bitrate: positive(stream.bit_rate),
})

/** Side data turns counter-clockwise; the older tag, clockwise. */
const clockwise = ({ side_data_list, tags }: FfprobeStream): number => {
  const matrix = side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation
  const degrees = matrix === undefined ? Number(tags?.rotate ?? 0) : -matrix
  return Number.isFinite(degrees) ? ((degrees % 360) + 360) % 360 : 0
}

const positive = (text: string | undefined): number | null => {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : null
}

/** `30000/1001` or `4:3`; 0 for what is none. */
const fraction = (text: string | undefined): number => {
  const [num = Number.NaN, den = Number.NaN] = (text ?? '').split(/[/:]/).map(Number)
  const value = num / den
  return Number.isFinite(value) && value > 0 ? value : 0
}
