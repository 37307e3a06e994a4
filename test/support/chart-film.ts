import '../../src/adapters/transcode/node-av/promise-with-resolvers.ts'

import { readFile, writeFile } from 'node:fs/promises'
import { Decoder, Demuxer, type Frame } from 'node-av'
import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUVJ420P,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
} from 'node-av/constants'
import { chartColours, patchAt, type Rgb } from './chart.ts'
import { type Encoding, encodings } from './chart-encodings.ts'
import { boxAlong } from './edit-mp4.ts'
import { type FilmMatrix, type FilmRange, fromFilmValues, toFilmValues } from './film-values.ts'
import { writeFilm } from './write-film.ts'

/** How a film of the chart is encoded and tagged. */
export type FilmChart = {
  readonly width?: number
  readonly height?: number
  /** Frames a second. */
  readonly rate?: number
  readonly codec?: 'h264' | 'hevc'
  readonly depth?: 8 | 10
  readonly encoding?: Encoding
  readonly matrix?: FilmMatrix
  readonly range?: FilmRange
  /** Colour tags by their FFmpeg names. Omitted tags are not written. */
  readonly tags?: {
    readonly color_primaries?: string
    readonly color_trc?: string
    readonly colorspace?: string
    readonly color_range?: string
  }
  /**
   * Code points (primaries, transfer, matrix) of the container, if they differ from the tags of the stream.
   */
  readonly container?: readonly [number, number, number]
}

const frameCount = 5

/** Writes an mp4 of five frames of the chart, encoded with almost no loss. */
export const writeChartFilm = async (
  path: string,
  {
    width = 320,
    height = 180,
    rate = 25,
    codec = 'h264',
    depth = 8,
    encoding = encodings.srgb,
    matrix = 'bt709',
    range = 'limited',
    tags = {},
    container,
  }: FilmChart,
): Promise<void> => {
  const colours = chartColours.map((rgb) => toFilmValues(encoding(rgb), matrix, range, depth))
  const buffer = planar(colours, width, height, depth)
  const pixelFormat =
    depth === 10 ? AV_PIX_FMT_YUV420P10LE : range === 'full' ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P
  const encoded =
    codec === 'h264'
      ? { encoder: FF_ENCODER_LIBX264, options: { preset: 'veryfast', crf: '2', ...tags } }
      : {
          encoder: FF_ENCODER_LIBX265,
          options: { preset: 'ultrafast', crf: '2', 'x265-params': 'log-level=none', ...tags },
        }
  const frames = Array.from({ length: frameCount }, () => buffer)
  await writeFilm(path, Object.assign({ width, height, rate, pixelFormat }, encoded), frames)
  if (container !== undefined) await tagContainer(path, container)
}

const tagContainer = async (path: string, codes: ReadonlyArray<number>): Promise<void> => {
  const bytes = await readFile(path)
  const { body } = boxAlong(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1', 'colr'])
  for (const [i, code] of codes.entries()) bytes.writeUInt16BE(code, body + 4 + 2 * i)
  await writeFile(path, bytes)
}

/** Returns the three planes in sequence, with chroma at half the width and height. */
const planar = (colours: ReadonlyArray<Rgb>, width: number, height: number, depth: number): Buffer => {
  const bytes = depth > 8 ? 2 : 1
  const plane = (channel: 0 | 1 | 2, w: number, h: number): Buffer => {
    const out = Buffer.alloc(w * h * bytes)
    for (let y = 0; y < h; y += 1)
      for (let x = 0; x < w; x += 1) {
        const value = colours[patchAt((x + 0.5) / w, (y + 0.5) / h)]?.[channel] ?? 0
        out.writeUIntLE(value, (y * w + x) * bytes, bytes)
      }
    return out
  }
  return Buffer.concat([
    plane(0, width, height),
    plane(1, width / 2, height / 2),
    plane(2, width / 2, height / 2),
  ])
}

/**
 * The mean colour of the middle half of each patch in a film's first frame, as a BT.709 player shows it in
 * sRGB.
 */
export const videoPatches = async (path: string): Promise<ReadonlyArray<Rgb>> => {
  const source = await Demuxer.open(path)
  const stream = source.video()
  if (stream === undefined) throw new Error('no video stream')
  const decoder = await Decoder.create(stream)
  try {
    for await (const frame of decoder.frames(source.packets(stream.index)))
      if (frame !== null) return patchesIn(frame)
    throw new Error('no frame')
  } finally {
    decoder.close()
    await source.close()
  }
}

const patchesIn = ({ width, height, data, linesize }: Frame): ReadonlyArray<Rgb> => {
  const columns = 4
  const rows = chartColours.length / columns
  return chartColours.map((_, patch) => {
    const [left, top] = [(patch % columns) + 0.25, Math.floor(patch / columns) + 0.25]
    const mean = (plane: 0 | 1 | 2): number => {
      const half = plane === 0 ? 1 : 2
      const [w, h] = [Math.ceil(width / half), Math.ceil(height / half)]
      let [sum, count] = [0, 0]
      for (let y = Math.ceil((top / rows) * h); y < ((top + 0.5) / rows) * h; y += 1)
        for (let x = Math.ceil((left / columns) * w); x < ((left + 0.5) / columns) * w; x += 1) {
          sum += data?.[plane]?.[y * (linesize[plane] ?? 0) + x] ?? 0
          count += 1
        }
      return sum / count
    }
    return fromFilmValues([mean(0), mean(1), mean(2)])
  })
}
