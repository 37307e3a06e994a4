import type { FrameRate } from '../export/content-export.ts'

/** What a decoder of a level must manage (ITU-T H.264 table A-1); rates as the High profile has them (§A.3.3). */
export type H264Level = {
  /** Ten times the level: 42 is level 4.2. Level 1b, which lies between 1 and 1.1, has 9. */
  readonly idc: number
  readonly macroblocksPerSecond: number
  /** Of one picture. */
  readonly macroblocks: number
  /** Of all pictures that are kept for others to refer to. */
  readonly keptMacroblocks: number
  readonly kilobits: number
  readonly bufferKilobits: number
}

const level = (
  idc: number,
  macroblocksPerSecond: number,
  macroblocks: number,
  keptMacroblocks: number,
  maxBr: number,
  maxCpb: number,
): H264Level => ({
  idc,
  macroblocksPerSecond,
  macroblocks,
  keptMacroblocks,
  kilobits: maxBr * 1.25,
  bufferKilobits: maxCpb * 1.25,
})

/** The highest level of a rendition: the HLS authoring specification advises against more, as phones do. */
export const highestLevel = level(42, 522_240, 8704, 34_816, 50_000, 62_500)

const level1b = level(9, 1485, 99, 396, 128, 350)

/** All that there are: the encoder chooses among them. */
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
  highestLevel,
  level(50, 589_824, 22_080, 110_400, 135_000, 135_000),
  level(51, 983_040, 36_864, 184_320, 240_000, 240_000),
  level(52, 2_073_600, 36_864, 184_320, 240_000, 240_000),
  level(60, 4_177_920, 139_264, 696_320, 240_000, 240_000),
  level(61, 8_355_840, 139_264, 696_320, 480_000, 480_000),
  level(62, 16_711_680, 139_264, 696_320, 800_000, 800_000),
]

/** The three bytes that a sequence parameter set begins with, and that a codec string names. */
type NamedLevel = { readonly profile: number; readonly constraints: number; readonly level: number }

const BASELINE_MAIN_EXTENDED = [66, 77, 88]
const CONSTRAINT_SET_3 = 0x10

/** `undefined` where there is none. Profiles older than High say 1b as 1.1 with a constraint (ITU-T H.264 §A.3.1). */
export const levelOf = ({ profile, constraints, level }: NamedLevel): H264Level | undefined =>
  level === 11 && (constraints & CONSTRAINT_SET_3) !== 0 && BASELINE_MAIN_EXTENDED.includes(profile)
    ? level1b
    : levels.find(({ idc }) => idc === level)

type Size = { readonly width: number; readonly height: number }

const inMacroblocks = ({ width, height }: Size): Size => ({
  width: Math.ceil(width / 16),
  height: Math.ceil(height / 16),
})

export const macroblocksOf = (size: Size): number => {
  const { width, height } = inMacroblocks(size)
  return width * height
}

/** Pictures that the encoder keeps: four with B-frames that others refer to. */
const keptPictures = 4

/** Whether a level has room for pictures of a size: their area, either side of them, and those that are kept. */
export const holdsSize = (size: Size, { macroblocks, keptMacroblocks }: H264Level): boolean => {
  const { width, height } = inMacroblocks(size)
  return (
    width * height <= macroblocks &&
    Math.max(width, height) ** 2 <= 8 * macroblocks &&
    width * height * keptPictures <= keptMacroblocks
  )
}

/** What an encoder is asked for. Rates in kilobits a second, the buffer in kilobits. */
type Stream = Size & { readonly maxrate: number; readonly bufsize: number }

/** Whether a level has room for a stream: its size, its macroblocks a second, its rate and its buffer. */
export const holdsStream = (stream: Stream, { num, den }: FrameRate, level: H264Level): boolean =>
  holdsSize(stream, level) &&
  macroblocksOf(stream) * (num / den) <= level.macroblocksPerSecond &&
  stream.maxrate <= level.kilobits &&
  stream.bufsize <= level.bufferKilobits

/** The level that `avc1.64002a` names, in RFC 6381's words; `null` of another codec, or of a level that is none. */
export const levelIn = (codec: string): H264Level | null => {
  const [, hex] = /^avc[13]\.([\da-f]{6})$/i.exec(codec) ?? []
  if (hex === undefined) return null
  const [profile, constraints, level] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  if (profile === undefined || constraints === undefined || level === undefined) return null
  return levelOf({ profile, constraints, level }) ?? null
}
