import type { Rgb } from './chart.ts'

// Converts sRGB colours from light to stored values, with the published matrices. `src` converts from stored
// values to light, with computed matrices, so that the same error cannot be in both.

/** Converts sRGB (0 to 255) to the values of channels (0 to 1). */
export type Encoding = (colour: Rgb) => Rgb

type Vector = Rgb
type Rows = readonly [Vector, Vector, Vector]

const map = (v: Vector, f: (n: number) => number): Vector => [f(v[0]), f(v[1]), f(v[2])]
const times = (m: Rows, [x, y, z]: Vector): Vector => {
  const row = ([a, b, c]: Vector): number => a * x + b * y + c * z
  return [row(m[0]), row(m[1]), row(m[2])]
}
const clamp = (n: number): number => Math.min(Math.max(n, 0), 1)

const lightOf = (colour: Rgb): Vector =>
  map(colour, (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))

const srgbCurve = (light: number): number =>
  light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055

/** Matrices from linear sRGB to linear light of other primaries, all with white point D65. */
const toP3: Rows = [
  [0.8224621, 0.177538, 0],
  [0.0331941, 0.9668058, 0],
  [0.0170827, 0.0723974, 0.9105199],
]
const toAdobe: Rows = [
  [0.7151256, 0.2848744, 0],
  [0, 1, 0],
  [0, 0.0411619, 0.9588381],
]
const to2020: Rows = [
  [0.627404, 0.329283, 0.043313],
  [0.069097, 0.91954, 0.011362],
  [0.016391, 0.088013, 0.895595],
]

const toEbu: Rows = [
  [0.9578148, 0.0421852, 0],
  [0, 1, 0],
  [0, -0.0119341, 1.0119341],
]

const pqCurve = (nits: number): number => {
  const y = (nits / 10_000) ** 0.1593017578125
  return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375
}

/** The transfer function of HLG, from scene light (0 to 1). */
const hlgCurve = (light: number): number =>
  light <= 1 / 12 ? Math.sqrt(3 * light) : 0.17883277 * Math.log(12 * light - 0.28466892) + 0.55991073

/** The inverse of BT.2100's OOTF for a display of 1,000 nits. */
const toScene = (nits: Vector): Vector => {
  const luminance = 0.2627 * nits[0] + 0.678 * nits[1] + 0.0593 * nits[2]
  const factor = luminance === 0 ? 0 : (luminance / 1000) ** (1 / 1.2 - 1) / 1000
  return map(nits, (n) => n * factor)
}

const encoding =
  (primaries: Rows | null, curve: (light: number) => number): Encoding =>
  (colour) => {
    const light = lightOf(colour)
    return map(map(primaries === null ? light : times(primaries, light), clamp), curve)
  }

export const encodings = {
  srgb: ((colour) => map(colour, (v) => v / 255)) as Encoding,
  p3: encoding(toP3, srgbCurve),
  p3Gamma18: encoding(toP3, (light) => light ** (1 / 1.8)),
  adobe: encoding(toAdobe, (light) => light ** (1 / 2.2)),
  linear: encoding(null, (light) => light),
  gamma18: encoding(null, (light) => light ** (1 / 1.8)),
  gamma22: encoding(null, (light) => light ** (1 / 2.2)),
  gamma28: encoding(null, (light) => light ** (1 / 2.8)),
  ebu: encoding(toEbu, srgbCurve),
  gamma24: encoding(null, (light) => light ** (1 / 2.4)),
  wide: encoding(to2020, srgbCurve),
  wideGamma24: encoding(to2020, (light) => light ** (1 / 2.4)),
  /** Places white at 203 nits. */
  pq: encoding(to2020, (light) => pqCurve(light * 203)),
  pqInP3: encoding(toP3, (light) => pqCurve(light * 203)),
  hlg: ((colour) =>
    map(
      toScene(map(times(to2020, lightOf(colour)), (light) => Math.max(light, 0) * 203)),
      hlgCurve,
    )) as Encoding,
} satisfies Readonly<Record<string, Encoding>>
