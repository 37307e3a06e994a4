import type { Size } from './size-comparison.ts'

/** The limits of an H.264 level (ITU-T H.264 table A-1), with the bit rates of a profile (§A.3.1, §A.3.3). */
export type H264Level = {
  /**
   * Number of the level: ten times the level, so 42 means level 4.2. Level 1b, which is between 1 and 1.1,
   * has the number 9.
   */
  readonly idc: number
  readonly macroblocksPerSecond: number
  /** Maximum number of macroblocks in one frame. */
  readonly macroblocks: number
  /** Maximum number of macroblocks in all reference frames together (the decoded picture buffer). */
  readonly pictureBufferMacroblocks: number
  readonly kilobits: number
  /** Size of the coded picture buffer in kilobits. */
  readonly bufferKilobits: number
}

/** Ratio of the bit rates of the High profile to those in the table (ITU-T H.264 table A-2). */
const HIGH_FACTOR = 1.25

const level = (
  idc: number,
  macroblocksPerSecond: number,
  macroblocks: number,
  pictureBufferMacroblocks: number,
  maxBr: number,
  maxCpb: number,
): H264Level => ({
  idc,
  macroblocksPerSecond,
  macroblocks,
  pictureBufferMacroblocks,
  kilobits: maxBr * HIGH_FACTOR,
  bufferKilobits: maxCpb * HIGH_FACTOR,
})

/**
 * The highest level that a rendition may have. The HLS authoring specification advises against higher levels,
 * because of phones.
 */
export const highestH264Level = level(42, 522_240, 8704, 34_816, 50_000, 62_500)

const level1b = level(9, 1485, 99, 396, 128, 350)

/** The levels, with their limits for the High profile. The encoder chooses among all of these levels. */
const levels: ReadonlyArray<H264Level> = [
  level(10, 1485, 99, 396, 64, 175),
  level1b,
  level(11, 3000, 396, 900, 192, 500),
  level(12, 6000, 396, 2376, 384, 1000),
  level(13, 11_880, 396, 2376, 768, 2000),
  level(20, 11_880, 396, 2376, 2000, 2000),
  level(21, 19_800, 792, 4752, 4000, 4000),
  level(22, 20_250, 1620, 8100, 4000, 4000),
  level(30, 40_500, 1620, 8100, 10_000, 10_000),
  level(31, 108_000, 3600, 18_000, 14_000, 14_000),
  level(32, 216_000, 5120, 20_480, 20_000, 20_000),
  level(40, 245_760, 8192, 32_768, 20_000, 25_000),
  level(41, 245_760, 8192, 32_768, 50_000, 62_500),
  highestH264Level,
  level(50, 589_824, 22_080, 110_400, 135_000, 135_000),
  level(51, 983_040, 36_864, 184_320, 240_000, 240_000),
  level(52, 2_073_600, 36_864, 184_320, 240_000, 240_000),
  level(60, 4_177_920, 139_264, 696_320, 240_000, 240_000),
  level(61, 8_355_840, 139_264, 696_320, 480_000, 480_000),
  level(62, 16_711_680, 139_264, 696_320, 800_000, 800_000),
]

/** The first three bytes of a sequence parameter set, which a codec string repeats. */
type NamedLevel = { readonly profile: number; readonly constraints: number; readonly level: number }

const BASELINE_MAIN_EXTENDED = [66, 77, 88]
const CONSTRAINT_SET_3 = 0x10

/**
 * Returns the limits of a level; `undefined` if there is no such level. In profiles below High, level 1b is
 * written as level 1.1 with a flag (ITU-T H.264 §A.3.1).
 */
export const findH264Level = ({ profile, constraints, level }: NamedLevel): H264Level | undefined => {
  const isBelowHigh = BASELINE_MAIN_EXTENDED.includes(profile)
  const is1b = isBelowHigh && level === 11 && (constraints & CONSTRAINT_SET_3) !== 0
  const limits = is1b ? level1b : levels.find(({ idc }) => idc === level)
  return isBelowHigh && limits !== undefined ? belowHigh(limits) : limits
}

const belowHigh = (limits: H264Level): H264Level => ({
  ...limits,
  kilobits: limits.kilobits / HIGH_FACTOR,
  bufferKilobits: limits.bufferKilobits / HIGH_FACTOR,
})

const inMacroblocks = ({ width, height }: Size): Size => ({
  width: Math.ceil(width / 16),
  height: Math.ceil(height / 16),
})

export const macroblockCount = (size: Size): number => {
  const { width, height } = inMacroblocks(size)
  return width * height
}

/** Number of reference frames that the encoder uses. B-frames to which other frames refer count as well. */
const referenceFrames = 4

/** Returns whether a level permits a frame size: its area, its longer side, and its reference frames. */
export const permitsSize = (size: Size, { macroblocks, pictureBufferMacroblocks }: H264Level): boolean => {
  const { width, height } = inMacroblocks(size)
  return (
    width * height <= macroblocks &&
    Math.max(width, height) ** 2 <= 8 * macroblocks &&
    width * height * referenceFrames <= pictureBufferMacroblocks
  )
}
