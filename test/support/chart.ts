import sharp from 'sharp'

/** Twelve flat patches, four in a row, in sRGB. Every export of the chart must decode to these colours. */
export const chartColours: ReadonlyArray<Rgb> = [
  [200, 40, 40],
  [40, 160, 60],
  [50, 60, 200],
  [230, 200, 60],
  [180, 60, 170],
  [60, 180, 190],
  [250, 250, 250],
  [128, 128, 128],
  [20, 20, 20],
  [210, 150, 120],
  [90, 70, 50],
  [110, 130, 170],
]
export type Rgb = readonly [number, number, number]

/** The chart in grey: each patch has the green value of its colour in all channels. */
export const greyChart: ReadonlyArray<Rgb> = chartColours.map(([, g]) => [g, g, g])

const columns = 4

/** The index of the patch at a position (fractions of width and height). */
export const patchAt = (x: number, y: number): number =>
  Math.floor(y * (chartColours.length / columns)) * columns + Math.floor(x * columns)

/** The mean colour of the middle half of each patch of an image. sharp converts the image to sRGB. */
export const readPatches = async (bytes: Buffer): Promise<ReadonlyArray<Rgb>> => {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const sums = chartColours.map(() => [0, 0, 0, 0] as [number, number, number, number])
  for (let y = 0; y < info.height; y += 1)
    for (let x = 0; x < info.width; x += 1) {
      const [across, down] = [((x + 0.5) / info.width) * columns, ((y + 0.5) / info.height) * 3]
      if (Math.abs((across % 1) - 0.5) > 0.25 || Math.abs((down % 1) - 0.5) > 0.25) continue
      const sum = sums[patchAt(across / columns, down / 3)]
      const offset = (y * info.width + x) * info.channels
      if (sum === undefined) continue
      for (let c = 0; c < 3; c += 1)
        sum[c] = (sum[c] ?? 0) + (data[offset + (info.channels < 3 ? 0 : c)] ?? 0)
      sum[3] += 1
    }
  return sums.map(([r, g, b, n]) => [r / n, g / n, b / n])
}

/** The largest error of any channel of any patch. */
export const worstError = (patches: ReadonlyArray<Rgb>, expected: ReadonlyArray<Rgb>): number =>
  Math.max(
    ...expected.flatMap((rgb, i) => rgb.map((value, c) => Math.abs(value - (patches[i]?.[c] ?? -1000)))),
  )
