import type { Rgb } from './chart.ts'

// Luma and chroma as the standards define them, computed without code of `src`, so that the same error cannot
// be in both.

/** The weights of red and blue in luma. */
const lumaParts = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
  fcc: [0.3, 0.11],
  smpte240m: [0.212, 0.087],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

export type FilmMatrix = keyof typeof lumaParts
export type FilmRange = 'limited' | 'full'

type Scale = { readonly black: number; readonly luma: number; readonly chroma: number; readonly max: number }

/** The values in which luma (0 to 1) and chroma (-0.5 to 0.5) are stored. */
const scaleOf = (range: FilmRange, depth: number): Scale => {
  const unit = 2 ** (depth - 8)
  const max = 2 ** depth - 1
  return range === 'full'
    ? { black: 0, luma: max, chroma: max, max }
    : { black: 16 * unit, luma: 219 * unit, chroma: 224 * unit, max }
}

/** Converts R'G'B' (0 to 1) to stored values of luma and chroma. */
export const toFilmValues = ([r, g, b]: Rgb, matrix: FilmMatrix, range: FilmRange, depth: number): Rgb => {
  const [kr, kb] = lumaParts[matrix]
  const { black, luma, chroma, max } = scaleOf(range, depth)
  const y = kr * r + (1 - kr - kb) * g + kb * b
  const middle = 2 ** (depth - 1)
  const store = (value: number) => Math.min(max, Math.max(0, Math.round(value)))
  return [
    store(black + luma * y),
    store(middle + (chroma * (b - y)) / (2 * (1 - kb))),
    store(middle + (chroma * (r - y)) / (2 * (1 - kr))),
  ]
}

/** Converts stored values of BT.709 (8 bits, limited range) to R'G'B' (0 to 255), as a player does. */
export const fromFilmValues = ([y, u, v]: Rgb): Rgb => {
  const [kr, kb] = lumaParts.bt709
  const luma = ((y - 16) * 255) / 219
  const [cb, cr] = [((u - 128) * 255) / 224, ((v - 128) * 255) / 224]
  const r = luma + 2 * (1 - kr) * cr
  const b = luma + 2 * (1 - kb) * cb
  const clamp = (value: number) => Math.min(255, Math.max(0, value))
  return [clamp(r), clamp((luma - kr * r - kb * b) / (1 - kr - kb)), clamp(b)]
}
