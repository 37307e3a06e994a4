import { crc32, deflateSync } from 'node:zlib'
import { chartColours, patchAt, type Rgb } from './chart.ts'
import { type Encoding, encodings } from './chart-encodings.ts'

/**
 * Returns a chunk of a PNG (PNG-3 §5.3). It shares no code with the writer in `src`, so that the same error cannot be in
 * both.
 */
export const pngChunk = (type: string, data: Uint8Array = new Uint8Array()): Buffer => {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

const numbers = (...values: ReadonlyArray<number>): Buffer => {
  const data = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) data.writeUInt32BE(Math.round(value), 4 * i)
  return data
}

/** Chunks that describe colour. */
export const pngColour = {
  cicp: (primaries: number, transfer: number) => pngChunk('cICP', Buffer.from([primaries, transfer, 0, 1])),
  gamma: (gamma: number) => pngChunk('gAMA', numbers(gamma * 1e5)),
  /** The points are white, red, green, blue, as CIE x and y. */
  chromaticities: (...points: ReadonlyArray<number>) =>
    pngChunk('cHRM', numbers(...points.map((n) => n * 1e5))),
  srgb: pngChunk('sRGB', Buffer.from([0])),
  icc: (profile: Uint8Array) =>
    pngChunk('iCCP', Buffer.concat([Buffer.from('a profile\0\0', 'latin1'), deflateSync(profile)])),
  brightest: (nits: number) => pngChunk('cLLI', numbers(nits * 1e4, 0)),
}

export const p3Points = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06] as const
export const adobePoints = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06] as const
export const srgbPoints = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06] as const

const types = { grey: [0, 1], rgb: [2, 3], palette: [3, 1], greyAlpha: [4, 2], rgba: [6, 4] } as const

export type PngChart = {
  readonly type?: keyof typeof types
  readonly depth?: 8 | 16
  readonly encoding?: Encoding
  readonly chunks?: ReadonlyArray<Buffer>
  readonly width?: number
  readonly height?: number
  /** Opacity, from 0 to 1. */
  readonly alpha?: number
}

/**
 * Returns the chart as a PNG of any type and depth, with any chunks before the pixels. It is written without
 * a library.
 */
export const pngChart = ({
  type = 'rgb',
  depth = 8,
  encoding = encodings.srgb,
  chunks = [],
  width = 160,
  height = 120,
  alpha = 1,
}: PngChart): Buffer => {
  const [code, channels] = types[type]
  const max = depth === 16 ? 65_535 : 255
  const colours = chartColours.map((rgb): Rgb => {
    const [, g] = rgb
    return encoding(type.startsWith('grey') ? [g, g, g] : rgb)
  })
  const samplesOf = (patch: number): ReadonlyArray<number> => {
    const [r, g, b] = (colours[patch] ?? [0, 0, 0]).map((v) => Math.round(v * max)) as [
      number,
      number,
      number,
    ]
    const a = Math.round(alpha * max)
    return { grey: [g], rgb: [r, g, b], palette: [patch], greyAlpha: [g, a], rgba: [r, g, b, a] }[type]
  }
  const bytes = depth / 8
  const row = 1 + width * channels * bytes
  const pixels = Buffer.alloc(row * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (const [c, sample] of samplesOf(patchAt(x / width, y / height)).entries())
        pixels.writeUIntBE(sample, y * row + 1 + (x * channels + c) * bytes, bytes)
  const palette = Buffer.from(colours.flat().map((v) => Math.round(v * 255)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', Buffer.concat([numbers(width, height), Buffer.from([depth, code, 0, 0, 0])])),
    ...chunks,
    ...(type === 'palette' ? [pngChunk('PLTE', palette)] : []),
    ...(type === 'palette' && alpha < 1 ? [pngChunk('tRNS', Buffer.from([Math.round(alpha * 255)]))] : []),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND'),
  ])
}
