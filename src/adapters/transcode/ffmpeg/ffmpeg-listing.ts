import { parseClockSeconds } from '../probed-file.ts'
import type { FfprobeOutput } from './ffprobe-output.ts'

/**
 * Converts ffmpeg's description of its first input to the format of ffprobe. ffprobe opens a decoder for
 * every stream, and stops at the first one that is not on the whitelist. ffmpeg opens only the decoders that
 * it uses. The result is less precise: rates are rounded to a hundredth, and only Matroska files (by their
 * tags) have durations of streams.
 */
export const parseFfprobeListing = (text: string): FfprobeOutput => {
  const format: { format_name?: string; duration?: string; start_time?: string } = {}
  const streams: Stream[] = []
  const chapters: string[] = []
  for (const line of text.split('\n').slice(0, MAX_LINES)) {
    if (/^Input #[1-9]/.test(line)) break
    const head = STREAM.exec(line)
    if (head !== null) streams.push(toStream(head))
    const name = /^Input #0, (\S+), from /.exec(line)?.[1]
    if (name !== undefined) format.format_name = name
    const file = /^ {2}Duration: (\S+), start: (-?[\d.]+)/.exec(line)
    if (file !== null) Object.assign(format, toFormat(file))
    if (/^ {4}Chapter #0:\d+: start /.test(line)) chapters.push(line)
    const stream = streams.at(-1)
    if (stream === undefined) continue
    const end = /^ {6}DURATION +: (\S+)/.exec(line)?.[1]
    if (end !== undefined) stream.tags.DURATION = end
    const alphaMode = /^ {6}alpha_mode +: (\d)/.exec(line)?.[1]
    if (alphaMode !== undefined) stream.tags.alpha_mode = alphaMode
    const rotation = /^ {6}displaymatrix: rotation of (-?[\d.]+) degrees/.exec(line)?.[1]
    if (rotation !== undefined) stream.side_data_list = [{ rotation: Number(rotation) }]
  }
  return { format, streams, chapters }
}

const MAX_LINES = 10_000

const STREAM =
  /^ {2,4}Stream #0:(\d+)(?:\[(0x[0-9a-f]+)\])?(?:\(([^)]*)\))?: (Video|Audio|Subtitle|Data|Attachment): (\w+)(.*)$/

type Stream = FfprobeOutput['streams'][number] & {
  tags: { language?: string; DURATION?: string; alpha_mode?: string }
  side_data_list?: Array<{ rotation: number }>
}

const toFormat = ([, duration, start]: RegExpExecArray) => {
  const seconds = parseClockSeconds(duration)
  return {
    ...(seconds === null ? {} : { duration: String(seconds) }),
    ...(start === undefined ? {} : { start_time: start }),
  }
}

const toStream = ([, index, id, language, kind = '', codec = '', rest = '']: RegExpExecArray): Stream => {
  const [, width, height] = /, (\d+)x(\d+)/.exec(rest) ?? []
  const [, rate] = /, (\d+) Hz/.exec(rest) ?? []
  const [, kilobits] = /, (\d+) kb\/s/.exec(rest) ?? []
  const [, tag] = /^[^,]* \((\S+) \/ 0x[0-9A-F]+\)/.exec(rest) ?? []
  const common = {
    index: Number(index),
    ...(id === undefined ? {} : { id }),
    ...(tag === undefined ? {} : { codec_tag_string: tag }),
    codec_type: kind.toLowerCase(),
    codec_name: codec,
    disposition: dispositionsIn(rest),
    tags: language === undefined ? {} : { language },
    ...(kilobits === undefined ? {} : { bit_rate: `${kilobits}000` }),
  }
  if (kind === 'Audio')
    return { ...common, channels: channelsIn(rest), ...(rate === undefined ? {} : { sample_rate: rate }) }
  if (kind !== 'Video' || width === undefined) return common
  return {
    ...common,
    width: Number(width),
    height: Number(height),
    pix_fmt: pixelFormatIn(rest),
    sample_aspect_ratio: /\bSAR (\d+:\d+)/.exec(rest)?.[1] ?? '1:1',
    avg_frame_rate: rateIn(rest, 'fps'),
    r_frame_rate: rateIn(rest, 'tbr'),
    ...coloursIn(rest),
  }
}

/**
 * Parses dispositions such as `(default) (visual impaired)`. These names have a space or a hyphen in place of
 * `_`.
 */
const dispositionsIn = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/ \(([a-z]+(?:[ _-][a-z]+)*)\)/g)].map(([, name = '']) => [
      name.replaceAll(/[ -]/g, '_'),
      1,
    ]),
  )

const rateIn = (text: string, unit: string): string => {
  const [, number = '0', thousands = ''] = new RegExp(`, ([\\d.]+)(k?) ${unit}\\b`).exec(text) ?? []
  return `${Number(number) * (thousands === '' ? 1 : 1000)}/1`
}

const pixelFormatIn = (text: string): string => /^(?: \([^,]*\))*, (\w+)/.exec(text)?.[1] ?? ''

/**
 * Parses colours such as `yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive)`:
 * matrix/primaries/transfer, or a single name for all three.
 */
const coloursIn = (text: string) => {
  const [, inside = ''] = /^(?: \([^,]*\))*, \w+\(([^)]*)\)/.exec(text) ?? []
  const names =
    inside
      .split(', ')
      .filter((name) => !NO_COLOUR.test(name))[0]
      ?.split('/') ?? []
  const [matrix, primaries = matrix, transfer = matrix] = names
  return matrix === undefined
    ? {}
    : { color_space: matrix, color_primaries: primaries ?? matrix, color_transfer: transfer ?? matrix }
}

const NO_COLOUR = /^(tv|pc|progressive|(top|bottom) .*|.*first.*|\d+ bpc|left|center|topleft|top|bottom.*|)$/

const channelsIn = (text: string): number => {
  const [, layout] = /, \d+ Hz, ([^,]+)/.exec(text) ?? []
  return layout === undefined ? 0 : channelsOfLayout(layout)
}

/**
 * Returns the number of channels of an FFmpeg layout name. Returns 4 for an unknown layout, because all
 * layouts with more than two channels are mixed down alike.
 */
export const channelsOfLayout = (layout: string): number => {
  const [, count] = /^(\d+) channels/.exec(layout) ?? []
  if (count !== undefined) return Number(count)
  const [, main, low] = /^(\d)\.(\d)/.exec(layout) ?? []
  if (main !== undefined) return Number(main) + Number(low)
  if (layout.startsWith('mono')) return 1
  return /^(stereo|downmix|binaural)/.test(layout) ? 2 : 4
}
