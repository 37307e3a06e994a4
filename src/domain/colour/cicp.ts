import { type Chromaticities, srgbChromaticities } from './chromaticities.ts'
import {
  hlgTransfer,
  linearTransfer,
  powerTransfer,
  pqTransfer,
  smpte240Transfer,
  smpte428Transfer,
  srgbTransfer,
  type TransferFunction,
} from './transfer.ts'

/** Code points of ITU-T H.273, as PNG (`cICP`) and HEIF (`nclx`) store them. */
export type Cicp = { readonly primaries: number; readonly transfer: number }

const d65 = [0.3127, 0.329] as const
const illuminantC = [0.31, 0.316] as const

/** Primaries and white point of the code point 9 (BT.2020). All values are from H.273 table 2. */
export const bt2020Chromaticities: Chromaticities = {
  red: [0.708, 0.292],
  green: [0.17, 0.797],
  blue: [0.131, 0.046],
  white: d65,
}
const smpte170: Chromaticities = {
  red: [0.63, 0.34],
  green: [0.31, 0.595],
  blue: [0.155, 0.07],
  white: d65,
}
const dciP3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] } as const

export const primariesByCode: ReadonlyMap<number, Chromaticities> = new Map([
  [1, srgbChromaticities],
  [4, { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: illuminantC }],
  [5, { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: d65 }],
  [6, smpte170],
  [7, smpte170],
  [8, { red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049], white: illuminantC }],
  [9, bt2020Chromaticities],
  [10, { red: [1, 0], green: [0, 1], blue: [0, 0], white: [1 / 3, 1 / 3] }],
  [11, { ...dciP3, white: [0.314, 0.351] }],
  [12, { ...dciP3, white: d65 }],
  [22, { red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077], white: d65 }],
] satisfies ReadonlyArray<readonly [number, Chromaticities]>)

/** The curve of BT.709 and related code points, as a display according to BT.1886 shows them. */
const bt1886 = powerTransfer(2.4)

/**
 * Transfer functions by code point, from H.273 table 3. The logarithmic curves (9 and 10) are not supported.
 */
export const transferByCode: ReadonlyMap<number, TransferFunction> = new Map([
  [1, bt1886],
  [4, powerTransfer(2.2)],
  [5, powerTransfer(2.8)],
  [6, bt1886],
  [7, smpte240Transfer],
  [8, linearTransfer],
  [11, bt1886],
  [12, srgbTransfer],
  [13, srgbTransfer],
  [14, bt1886],
  [15, bt1886],
  [16, pqTransfer],
  [17, smpte428Transfer],
  [18, hlgTransfer],
])
