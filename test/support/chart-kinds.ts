import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { type Apng, createApng } from './apng.ts'
import { chartColours, greyChart, type Rgb } from './chart.ts'
import { encodings } from './chart-encodings.ts'
import { adobePoints, type PngChart, p3Points, pngChart, pngColour, srgbPoints } from './chart-png.ts'

/** One encoding of the chart, and the colours that its exports must have. */
export type ChartKind = {
  readonly name: string
  readonly format: 'PNG' | 'JPEG' | 'WebP' | 'AVIF' | 'TIFF' | 'GIF'
  readonly make: () => Promise<Buffer>
  readonly expected: ReadonlyArray<Rgb>
  /** The largest accepted error of a channel of a patch (levels of 255). */
  readonly tolerance: number
}

const png = (name: string, about: PngChart, expected = chartColours, tolerance = 3): ChartKind => ({
  name,
  format: 'PNG',
  make: async () => pngChart(about),
  expected,
  tolerance,
})

const at8And16Bit = (name: string, about: PngChart): ReadonlyArray<ChartKind> => [
  png(`8 bit, ${name}`, { ...about, depth: 8 }),
  png(`16 bit, ${name}`, { ...about, depth: 16 }),
]

const { cicp, gamma, chromaticities, srgb, icc } = pngColour

/** The ICC profile of Display P3 that libvips contains. */
const p3Profile = async (): Promise<Buffer> => {
  const { icc: profile } = await sharp(
    await sharp(pngChart({})).withIccProfile('p3').png().toBuffer(),
  ).metadata()
  return profile ?? Buffer.alloc(0)
}

const withP3Profile = (name: string, about: PngChart): ChartKind => ({
  name,
  format: 'PNG',
  make: async () => pngChart({ ...about, chunks: [...(about.chunks ?? []), icc(await p3Profile())] }),
  expected: chartColours,
  tolerance: 3,
})

const converted = (
  format: ChartKind['format'],
  name: string,
  make: (picture: Sharp) => Sharp,
  about: PngChart = {},
  expected = chartColours,
): ChartKind => ({
  name,
  format,
  make: () => make(sharp(pngChart(about))).toBuffer(),
  expected,
  tolerance: 3,
})

const jpegOptions = { quality: 97, chromaSubsampling: '4:4:4' } as const

const file = (
  name: string,
  path: string,
  format: ChartKind['format'] = 'AVIF',
  expected = chartColours,
  tolerance = 3,
): ChartKind => ({
  name,
  format,
  make: () => readFile(new URL(`../media/pictures/${path}`, import.meta.url)),
  expected,
  tolerance,
})

/** A chart that sharp converts from a PNG with 16 bits a channel and the P3 profile. The profile is kept. */
const deepInP3 = (format: ChartKind['format'], name: string, make: (picture: Sharp) => Sharp): ChartKind => ({
  name,
  format,
  make: async () => {
    const source = pngChart({ depth: 16, encoding: encodings.p3, chunks: [icc(await p3Profile())] })
    return make(sharp(source).toColourspace('rgb16').withIccProfile('p3')).toBuffer()
  },
  expected: chartColours,
  tolerance: 3,
})

/** The chart in HDR of 1,000 nits with white at 203 nits, as Chromium 156 paints it on an sRGB canvas. */
export const toneMappedChart: ReadonlyArray<Rgb> = [
  [146, 26, 26],
  [26, 116, 41],
  [34, 41, 146],
  [169, 147, 41],
  [131, 41, 124],
  [42, 131, 139],
  [184, 184, 184],
  [92, 92, 92],
  [11, 11, 11],
  [154, 109, 86],
  [64, 49, 34],
  [79, 94, 124],
]

/** The same chart in a file that declares 400 nits as its brightest pixel. */
const toneMappedFrom400: ReadonlyArray<Rgb> = [
  [180, 35, 35],
  [34, 144, 53],
  [44, 53, 180],
  [207, 180, 53],
  [162, 53, 152],
  [53, 161, 171],
  [225, 225, 225],
  [114, 114, 114],
  [17, 17, 17],
  [189, 134, 107],
  [80, 62, 44],
  [98, 116, 153],
]

const hdr = (name: string, about: PngChart, expected = toneMappedChart): ChartKind =>
  png(name, { ...about, depth: 16 }, expected, 8)

const pngKinds: ReadonlyArray<ChartKind> = [
  ...at8And16Bit('says nothing', {}),
  ...at8And16Bit('sRGB', { chunks: [srgb] }),
  ...at8And16Bit('sRGB before gAMA and cHRM', { chunks: [gamma(1), chromaticities(...adobePoints), srgb] }),
  ...at8And16Bit('gAMA of sRGB', { chunks: [gamma(0.45455)] }),
  ...at8And16Bit('gAMA and cHRM of sRGB, as ImageMagick writes them', {
    chunks: [gamma(0.45455), chromaticities(...srgbPoints)],
  }),
  ...at8And16Bit('cHRM alone', { chunks: [chromaticities(...adobePoints)] }),
  ...at8And16Bit('gAMA of 0', { chunks: [gamma(0)] }),
  png('16 bit, gAMA 1 (linear light)', { depth: 16, encoding: encodings.linear, chunks: [gamma(1)] }),
  ...at8And16Bit('gAMA 1/1.8', { encoding: encodings.gamma18, chunks: [gamma(1 / 1.8)] }),
  ...at8And16Bit('gAMA 1/1.8 and cHRM of P3', {
    encoding: encodings.p3Gamma18,
    chunks: [gamma(1 / 1.8), chromaticities(...p3Points)],
  }),
  ...at8And16Bit('gAMA 1/2.2 and cHRM of Adobe RGB', {
    encoding: encodings.adobe,
    chunks: [gamma(1 / 2.2), chromaticities(...adobePoints)],
  }),
  ...at8And16Bit('cICP of sRGB', { chunks: [cicp(1, 13)] }),
  ...at8And16Bit('cICP of Display P3', { encoding: encodings.p3, chunks: [cicp(12, 13)] }),
  ...at8And16Bit('cICP before gAMA', { encoding: encodings.p3, chunks: [gamma(1), cicp(12, 13)] }),
  ...at8And16Bit('cICP that says nothing, gAMA', {
    encoding: encodings.gamma18,
    chunks: [cicp(2, 2), gamma(1 / 1.8)],
  }),
  png('16 bit, cICP linear', { depth: 16, encoding: encodings.linear, chunks: [cicp(1, 8)] }),
  ...at8And16Bit('cICP of BT.709', { encoding: encodings.gamma24, chunks: [cicp(1, 1)] }),
  ...at8And16Bit('cICP of gamma 2.2', { encoding: encodings.gamma22, chunks: [cicp(1, 4)] }),
  png('16 bit, cICP of BT.2020', { depth: 16, encoding: encodings.wideGamma24, chunks: [cicp(9, 14)] }),
  withP3Profile('8 bit, iCCP of P3', { encoding: encodings.p3 }),
  withP3Profile('16 bit, iCCP of P3', { depth: 16, encoding: encodings.p3 }),
  withP3Profile('16 bit, iCCP before gAMA', { depth: 16, encoding: encodings.p3, chunks: [gamma(1)] }),
  withP3Profile('8 bit, cICP of sRGB before iCCP of P3', { chunks: [cicp(1, 13)] }),
  withP3Profile('16 bit, cICP of sRGB before iCCP of P3', { depth: 16, chunks: [cicp(1, 13)] }),
  png('8 bit grey', { type: 'grey' }, greyChart),
  png('16 bit grey', { type: 'grey', depth: 16 }, greyChart),
  png(
    '16 bit grey, gAMA 1',
    { type: 'grey', depth: 16, encoding: encodings.linear, chunks: [gamma(1)] },
    greyChart,
  ),
  png('16 bit grey and alpha', { type: 'greyAlpha', depth: 16 }, greyChart),
  png('palette', { type: 'palette' }),
  png('palette, cICP of P3', { type: 'palette', encoding: encodings.p3, chunks: [cicp(12, 13)] }),
  ...at8And16Bit('with alpha', { type: 'rgba' }),
  ...at8And16Bit('with alpha, cICP of P3', { type: 'rgba', encoding: encodings.p3, chunks: [cicp(12, 13)] }),
  hdr('16 bit, cICP of PQ', { encoding: encodings.pq, chunks: [cicp(9, 16)] }),
  hdr(
    '16 bit, cICP of PQ, cLLI 400',
    { encoding: encodings.pq, chunks: [cicp(9, 16), pngColour.brightest(400)] },
    toneMappedFrom400,
  ),
  hdr('16 bit, cICP of PQ in P3', { encoding: encodings.pqInP3, chunks: [cicp(12, 16)] }),
  hdr('16 bit, cICP of HLG', { encoding: encodings.hlg, chunks: [cicp(9, 18)] }),
]

const otherKinds: ReadonlyArray<ChartKind> = [
  converted('JPEG', 'says nothing', (picture) => picture.jpeg(jpegOptions)),
  converted('JPEG', '4:2:0', (picture) => picture.jpeg({ quality: 97 })),
  converted('JPEG', 'progressive', (picture) => picture.jpeg({ ...jpegOptions, progressive: true })),
  converted('JPEG', 'ICC of P3', (picture) => picture.withIccProfile('p3').jpeg(jpegOptions)),
  converted(
    'JPEG',
    'grey',
    (picture) => picture.toColourspace('b-w').jpeg({ quality: 97 }),
    { type: 'grey' },
    greyChart,
  ),
  file('CMYK without ICC', 'cmyk.jpg', 'JPEG', chartColours, 4),
  converted('WebP', 'lossless', (picture) => picture.webp({ lossless: true })),
  converted('WebP', 'lossy', (picture) => picture.webp({ quality: 97 })),
  converted('WebP', 'with alpha', (picture) => picture.ensureAlpha().webp({ lossless: true })),
  converted('WebP', 'ICC of P3', (picture) => picture.withIccProfile('p3').webp({ lossless: true })),
  converted('TIFF', '8 bit', (picture) => picture.tiff({ compression: 'lzw' })),
  converted('TIFF', '16 bit', (picture) => picture.toColourspace('rgb16').tiff({ compression: 'deflate' }), {
    depth: 16,
  }),
  converted(
    'TIFF',
    '16 bit with alpha',
    (picture) => picture.toColourspace('rgb16').tiff({ compression: 'deflate' }),
    { type: 'rgba', depth: 16 },
  ),
  converted('TIFF', '8 bit, ICC of P3', (picture) =>
    picture.withIccProfile('p3').tiff({ compression: 'lzw' }),
  ),
  deepInP3('TIFF', '16 bit, ICC of P3', (picture) => picture.tiff({ compression: 'lzw' })),
  converted(
    'TIFF',
    '16 bit grey',
    (picture) => picture.toColourspace('grey16').tiff({ compression: 'deflate' }),
    { type: 'grey', depth: 16 },
    greyChart,
  ),
  converted('TIFF', 'JPEG inside', (picture) => picture.tiff({ compression: 'jpeg', quality: 97 })),
  converted('GIF', 'palette', (picture) => picture.gif()),
  ...([8, 10, 12] as const).map((bitdepth) =>
    converted(
      'AVIF',
      `${bitdepth} bit, says nothing`,
      (picture) =>
        picture.toColourspace('rgb16').avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 1, bitdepth }),
      { depth: 16, width: 128, height: 96 },
    ),
  ),
  deepInP3('AVIF', '10 bit, ICC of P3', (picture) =>
    picture.avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 1, bitdepth: 10 }),
  ),
  file('10 bit, nclx of sRGB', 'srgb10.avif'),
  file('8 bit, nclx of P3', 'p3.avif'),
  file('8 bit, nclx of P3, a grid of tiles', 'p3-grid.avif'),
  file('10 bit, nclx linear', 'linear10.avif', 'AVIF', chartColours, 4),
  file('12 bit, nclx of BT.2020, limited range', 'wide12-limited.avif', 'AVIF', chartColours, 8),
  file('10 bit grey', 'grey10.avif', 'AVIF', greyChart),
  file('10 bit, nclx of PQ', 'pq10.avif', 'AVIF', toneMappedChart, 8),
  file('10 bit, nclx of HLG', 'hlg10.avif', 'AVIF', toneMappedChart, 8),
]

/**
 * The colours of the chart after conversion to a CMYK profile and back. Colours that cannot be printed are
 * reduced.
 */
const printed: ReadonlyArray<Rgb> = [
  [198, 34, 33],
  [33, 144, 54],
  [38, 67, 125],
  [226, 194, 31],
  [159, 54, 126],
  [60, 168, 178],
  [248, 247, 247],
  [110, 110, 109],
  [40, 38, 27],
  [213, 148, 110],
  [82, 66, 30],
  [111, 128, 165],
]

const inInk = (picture: Sharp): Sharp => picture.toColourspace('cmyk').withIccProfile('cmyk')

const inkKinds: ReadonlyArray<ChartKind> = [
  converted('JPEG', 'CMYK with ICC', (picture) => inInk(picture).jpeg(jpegOptions), {}, printed),
  converted('TIFF', 'CMYK with ICC', (picture) => inInk(picture).tiff({ compression: 'lzw' }), {}, printed),
]

const blankAtFirst = (name: string, about: Omit<Apng, 'frames'>): ChartKind => ({
  name,
  format: 'PNG',
  make: async () => createApng({ ...about, frames: [{ shows: 'nothing' }, { shows: 'chart' }] }),
  expected: chartColours,
  tolerance: 3,
})

const animatedKinds: ReadonlyArray<ChartKind> = [
  blankAtFirst('8 bit, animated, its first frame blank', {}),
  blankAtFirst('16 bit, animated, its first frame blank, cICP of P3', {
    depth: 16,
    encoding: encodings.p3,
    chunks: [cicp(12, 13)],
  }),
]

/** All encodings of the chart that need no external program. */
export const chartKinds: ReadonlyArray<ChartKind> = [
  ...pngKinds,
  ...animatedKinds,
  ...otherKinds,
  ...inkKinds,
]
