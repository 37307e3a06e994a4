/** What a decoder of a level takes (ITU-T H.264, table A-1), by ten times the level. */
export type LevelLimits = {
  readonly macroblocksPerSecond: number
  readonly macroblocksPerPicture: number
  /** Macroblocks of the pictures that are kept as references. */
  readonly macroblocksKept: number
}

const limits = (
  macroblocksPerSecond: number,
  macroblocksPerPicture: number,
  macroblocksKept: number,
): LevelLimits => ({ macroblocksPerSecond, macroblocksPerPicture, macroblocksKept })

export const levelLimits: Readonly<Record<number, LevelLimits>> = {
  10: limits(1485, 99, 396),
  11: limits(3000, 396, 900),
  12: limits(6000, 396, 2376),
  13: limits(11_880, 396, 2376),
  20: limits(11_880, 396, 2376),
  21: limits(19_800, 792, 4752),
  22: limits(20_250, 1620, 8100),
  30: limits(40_500, 1620, 8100),
  31: limits(108_000, 3600, 18_000),
  32: limits(216_000, 5120, 20_480),
  40: limits(245_760, 8192, 32_768),
  41: limits(245_760, 8192, 32_768),
  42: limits(522_240, 8704, 34_816),
  50: limits(589_824, 22_080, 110_400),
  51: limits(983_040, 36_864, 184_320),
  52: limits(2_073_600, 36_864, 184_320),
}
