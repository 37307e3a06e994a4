import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chartColours, greyChart, type Rgb } from './chart.ts'
import { type Encoding, encodings } from './chart-encodings.ts'
import { type ChartKind, toneMappedChart } from './chart-kinds.ts'
import { type PngChart, pngChart } from './chart-png.ts'
import { isInstalled } from './is-installed.ts'

const run = promisify(execFile)

/** A chart that an external program converts from a PNG. `args` gets the paths of input and output. */
const convertedBy = (
  program: string,
  name: string,
  extension: string,
  args: (from: string, to: string) => ReadonlyArray<string>,
  {
    about = {},
    expected = chartColours,
    tolerance = 3,
  }: Partial<Pick<ChartKind, 'expected' | 'tolerance'>> & {
    readonly about?: PngChart
  } = {},
): ReadonlyArray<ChartKind> => {
  const formats = { png: 'PNG', jpg: 'JPEG', webp: 'WebP', avif: 'AVIF', tif: 'TIFF', gif: 'GIF' } as const
  if (!isInstalled(program)) return []
  const make = async (): Promise<Buffer> => {
    const folder = await mkdtemp(join(tmpdir(), 'larder-chart-'))
    try {
      const [from, to] = [join(folder, 'from.png'), join(folder, `to.${extension}`)]
      await writeFile(from, pngChart({ width: 256, height: 192, ...about }))
      await run(program, [...args(from, to)])
      return await readFile(to)
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  const format = formats[extension as keyof typeof formats]
  return [{ name: `${name} (${program})`, format, make, expected, tolerance }]
}

const avif = (
  cicp: string,
  encoding: Encoding,
  depth: number,
  more: ReadonlyArray<string> = [],
  expected: ReadonlyArray<Rgb> = chartColours,
  tolerance = 3,
): ReadonlyArray<ChartKind> =>
  convertedBy(
    'avifenc',
    `${depth} bit, nclx ${cicp} ${more.join(' ')}`.trim(),
    'avif',
    (from, to) => [
      ...['-s', '6', '--min', '0', '--max', '4', '-d', String(depth), '--cicp', cicp],
      ...(more.includes('-y') ? [] : ['-y', '444']),
      ...more,
      from,
      to,
    ],
    { about: { depth: 16, encoding }, expected, tolerance },
  )

const convert = (
  name: string,
  extension: string,
  args: ReadonlyArray<string>,
  about: PngChart = {},
  expected: ReadonlyArray<Rgb> = chartColours,
  tolerance = 3,
) =>
  convertedBy('convert-im6', name, extension, (from, to) => [from, ...args, to], {
    about,
    expected,
    tolerance,
  })

/** More encodings of the chart, made by those external programs that are installed. */
export const chartKindsByTools = (): ReadonlyArray<ChartKind> => [
  ...[8, 10, 12].flatMap((depth) => [
    ...avif('1/13/6', encodings.srgb, depth),
    ...avif('1/13/1', encodings.srgb, depth, ['-r', 'limited'], chartColours, 4),
    ...avif('1/13/0', encodings.srgb, depth, ['-r', 'full']),
    ...avif('1/1/1', encodings.srgb, depth),
    ...avif('12/13/6', encodings.p3, depth, ['-y', '420'], chartColours, 4),
    ...avif('12/13/6', encodings.p3, depth, ['-y', '422'], chartColours, 4),
    ...avif('1/4/6', encodings.gamma22, depth),
    ...avif('12/2/6', encodings.p3, depth),
    ...avif('2/2/2', encodings.srgb, depth),
  ]),
  ...[10, 12].flatMap((depth) => [
    ...avif('9/13/9', encodings.wide, depth, [], chartColours, 8),
    ...avif('9/16/9', encodings.pq, depth, [], toneMappedChart, 8),
    ...avif('9/18/9', encodings.hlg, depth, [], toneMappedChart, 8),
    ...avif('12/16/6', encodings.pqInP3, depth, [], toneMappedChart, 8),
    ...avif('12/13/6', encodings.p3, depth, ['-g', '2x1']),
  ]),
  ...convert('8 bit', 'png', []),
  ...convert('16 bit', 'png', ['-depth', '16']),
  ...convert('16 bit with alpha', 'png', ['-depth', '16'], { type: 'rgba', depth: 16 }),
  ...convert('interlaced', 'png', ['-interlace', 'PNG', '-depth', '16']),
  ...convert('palette', 'png', ['-type', 'Palette']),
  ...convert('16 bit grey', 'png', ['-depth', '16'], { type: 'grey', depth: 16 }, greyChart),
  ...convert('4:2:0', 'jpg', ['-quality', '97', '-sampling-factor', '2x2']),
  ...convert('progressive', 'jpg', ['-quality', '97', '-interlace', 'JPEG']),
  ...convert('grey', 'jpg', ['-quality', '97'], { type: 'grey' }, greyChart),
  ...convert('CMYK', 'jpg', ['-colorspace', 'CMYK', '-quality', '97']),
  ...convert('8 bit', 'tif', []),
  ...convert('16 bit', 'tif', ['-depth', '16']),
  ...convert('16 bit CIELab', 'tif', ['-colorspace', 'Lab', '-depth', '16']),
  ...convert('CMYK', 'tif', ['-colorspace', 'CMYK']),
  ...convert('palette', 'tif', ['-type', 'Palette']),
  ...convert(
    'YCbCr',
    'tif',
    ['-colorspace', 'YCbCr', '-compress', 'jpeg', '-quality', '97'],
    {},
    chartColours,
    4,
  ),
  ...convert('planes apart', 'tif', ['-interlace', 'plane', '-depth', '16']),
  ...convert('big end first', 'tif', ['-endian', 'MSB', '-depth', '16', '-compress', 'zip']),
  ...convert('palette', 'gif', []),
  ...convertedBy('cwebp', 'lossy', 'webp', (from, to) => ['-quiet', '-q', '95', from, '-o', to]),
  ...convertedBy('cwebp', 'lossless', 'webp', (from, to) => ['-quiet', '-lossless', from, '-o', to]),
  ...convertedBy('cwebp', 'with alpha', 'webp', (from, to) => ['-quiet', '-q', '95', from, '-o', to], {
    about: { type: 'rgba' },
  }),
  ...convertedBy('heif-enc', '8 bit', 'avif', (from, to) => [
    '--avif',
    '-q',
    '95',
    '-p',
    'chroma=444',
    from,
    '-o',
    to,
  ]),
  ...convertedBy('ffmpeg', '8 bit', 'png', (from, to) => [
    '-v',
    'error',
    '-i',
    from,
    '-pix_fmt',
    'rgb24',
    to,
  ]),
  ...convertedBy('ffmpeg', '16 bit', 'png', (from, to) => [
    '-v',
    'error',
    '-i',
    from,
    '-pix_fmt',
    'rgb48be',
    to,
  ]),
  ...convertedBy('ffmpeg', '8 bit', 'jpg', (from, to) => [
    '-v',
    'error',
    '-i',
    from,
    '-pix_fmt',
    'yuvj444p',
    '-q:v',
    '1',
    to,
  ]),
  ...convertedBy('ffmpeg', '16 bit', 'tif', (from, to) => [
    '-v',
    'error',
    '-i',
    from,
    '-pix_fmt',
    'rgb48le',
    to,
  ]),
]
