/** A point of the CIE 1931 chromaticity diagram. */
type Chromaticity = readonly [x: number, y: number]

/** The primaries and the white point of an RGB colour space. */
export type Chromaticities = {
  readonly red: Chromaticity
  readonly green: Chromaticity
  readonly blue: Chromaticity
  readonly white: Chromaticity
}

type Vector = readonly [number, number, number]
/** A 3×3 matrix, by rows. */
type Matrix = readonly [Vector, Vector, Vector]

const d65: Chromaticity = [0.3127, 0.329]

/** Primaries and white point of sRGB (IEC 61966-2-1) and BT.709. */
export const srgbChromaticities: Chromaticities = {
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
  white: d65,
}

const apply = (m: Matrix, [x, y, z]: Vector): Vector => {
  const row = ([a, b, c]: Vector): number => a * x + b * y + c * z
  return [row(m[0]), row(m[1]), row(m[2])]
}

const transpose = ([a, b, c]: Matrix): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
]

const multiply = (left: Matrix, right: Matrix): Matrix => {
  const [a, b, c] = transpose(right)
  return transpose([apply(left, a), apply(left, b), apply(left, c)])
}

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor]

const determinant = ([a, b, c]: Matrix): number => {
  const [x, y, z] = cross(b, c)
  return a[0] * x + a[1] * y + a[2] * z
}

const invert = (m: Matrix): Matrix => {
  const factor = 1 / determinant(m)
  const [a, b, c] = m
  return transpose([scale(cross(b, c), factor), scale(cross(c, a), factor), scale(cross(a, b), factor)])
}

const directionOf = ([x, y]: Chromaticity): Vector => [x, y, 1 - x - y]

/** Returns the XYZ colour of a chromaticity at luminance 1. */
const xyzOf = (point: Chromaticity): Vector => scale(directionOf(point), 1 / point[1])

const rgbToXyz = ({ red, green, blue, white }: Chromaticities): Matrix => {
  // The primaries are not scaled to luminance 1 first, because a primary may have the luminance 0.
  const primaries = transpose([directionOf(red), directionOf(green), directionOf(blue)])
  const [r, g, b] = apply(invert(primaries), xyzOf(white))
  return multiply(primaries, [
    [r, 0, 0],
    [0, g, 0],
    [0, 0, b],
  ])
}

/**
 * The cone response matrix of the Bradford transform. ICC profiles use this transform to adapt colours to
 * another white point.
 */
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
]

const adaptation = (from: Chromaticity, to: Chromaticity): Matrix => {
  const [l, m, s] = apply(bradford, xyzOf(from))
  const [toL, toM, toS] = apply(bradford, xyzOf(to))
  return multiply(
    invert(bradford),
    multiply(
      [
        [toL / l, 0, 0],
        [0, toM / m, 0],
        [0, 0, toS / s],
      ],
      bradford,
    ),
  )
}

/** Returns the matrix from linear light in one space to linear light in another. White stays white. */
export const matrixBetween = (from: Chromaticities, to: Chromaticities): Matrix =>
  multiply(invert(rgbToXyz(to)), multiply(adaptation(from.white, to.white), rgbToXyz(from)))

/**
 * Returns whether the chromaticities define a colour space. The check is needed, because the numbers in a
 * file may be arbitrary.
 */
export const areValidChromaticities = ({ red, green, blue, white }: Chromaticities): boolean => {
  if (![red, green, blue, white].flat().every((n) => n >= -1 && n <= 2) || white[1] <= 0) return false
  return Math.abs(determinant([directionOf(red), directionOf(green), directionOf(blue)])) > 1e-3
}
