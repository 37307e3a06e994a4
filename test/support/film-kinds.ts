import { chartColours, type Rgb } from './chart.ts'
import { encodings } from './chart-encodings.ts'
import type { FilmChart } from './chart-film.ts'
import { toneMappedChart } from './chart-kinds.ts'

/** One encoding of the chart as a film, and the colours that its renditions must have. */
export type FilmKind = {
  readonly name: string
  readonly film: FilmChart
  readonly expected: ReadonlyArray<Rgb>
  /** The largest accepted error of a channel of a patch (levels of 255). */
  readonly tolerance: number
  /** Whether it is tested on every change. One such kind covers each path through the code. */
  readonly isQuick: boolean
}

const kind = (
  name: string,
  film: FilmChart,
  { isQuick = false, expected = chartColours, tolerance = 4 }: Partial<Omit<FilmKind, 'name' | 'film'>> = {},
): FilmKind => ({ name, film, expected, tolerance, isQuick })

const all = (name: string) => ({ color_primaries: name, color_trc: name, colorspace: name })
const hd = { width: 1280, height: 720 }
const deep = { depth: 10, codec: 'hevc' } as const
const wide = { color_primaries: 'bt2020', colorspace: 'bt2020nc' }
const toneMapping = { expected: toneMappedChart, tolerance: 8 }

export const filmKinds: ReadonlyArray<FilmKind> = [
  kind('says nothing, 1280x720', { ...hd, matrix: 'bt709' }),
  kind('says nothing, 320x180', { matrix: 'bt601' }, { isQuick: true }),
  kind('BT.709', { tags: all('bt709') }),
  kind('BT.709, 10 bit', { depth: 10, tags: all('bt709') }),
  kind('BT.709, HEVC', { codec: 'hevc', tags: all('bt709') }),
  kind(
    'BT.709, full range',
    { range: 'full', tags: { ...all('bt709'), color_range: 'pc' } },
    { isQuick: true },
  ),
  kind('full range, says no more, 320x180', {
    range: 'full',
    matrix: 'bt601',
    tags: { color_range: 'pc' },
  }),
  kind('full range, 10 bit', { ...deep, range: 'full', tags: { ...all('bt709'), color_range: 'pc' } }),
  kind('matrix of BT.709 in a small film', { tags: { colorspace: 'bt709' } }),
  kind('matrix of BT.601 in a large film', { ...hd, matrix: 'bt601', tags: { colorspace: 'smpte170m' } }),
  kind('BT.601 of 525 lines', { matrix: 'bt601', tags: all('smpte170m') }),
  kind('BT.601 of 625 lines', {
    matrix: 'bt601',
    encoding: encodings.ebu,
    tags: { color_primaries: 'bt470bg', color_trc: 'smpte170m', colorspace: 'bt470bg' },
  }),
  kind('FCC', { matrix: 'fcc', tags: { colorspace: 'fcc' } }),
  kind('SMPTE 240M, matrix', { matrix: 'smpte240m', tags: { colorspace: 'smpte240m' } }),
  kind('gamma 2.2', { encoding: encodings.gamma22, tags: { ...all('bt709'), color_trc: 'gamma22' } }),
  kind('gamma 2.8', { encoding: encodings.gamma28, tags: { ...all('bt709'), color_trc: 'gamma28' } }),
  kind('sRGB curve', { tags: { ...all('bt709'), color_trc: 'iec61966-2-1' } }),
  kind(
    'linear light, 10 bit',
    {
      ...deep,
      encoding: encodings.linear,
      tags: { ...all('bt709'), color_trc: 'linear' },
    },
    { tolerance: 8 },
  ),
  kind('Display P3', { encoding: encodings.p3, tags: { ...all('bt709'), color_primaries: 'smpte432' } }),
  kind(
    'BT.2020, 10 bit',
    {
      ...deep,
      matrix: 'bt2020',
      encoding: encodings.wide,
      tags: { ...wide, color_trc: 'bt2020-10' },
    },
    { isQuick: true },
  ),
  kind(
    'BT.2020 that says no curve',
    { matrix: 'bt2020', encoding: encodings.wide, tags: wide },
    { tolerance: 8 },
  ),
  kind('wrong: a matrix of RGB', { matrix: 'bt601', tags: { ...all('bt709'), colorspace: 'rgb' } }),
  kind('wrong: reserved code points', {
    matrix: 'bt601',
    tags: { color_primaries: '3', color_trc: '3', colorspace: '3' },
  }),
  kind('P3 in its video stream, BT.709 in its container', {
    tags: { ...all('bt709'), color_primaries: 'smpte432' },
    container: [1, 1, 1],
  }),
  kind('P3 and a reserved curve in its container, P3 in its video stream', {
    encoding: encodings.p3,
    tags: { ...all('bt709'), color_primaries: 'smpte432' },
    container: [12, 3, 1],
  }),
  kind(
    'P3, a reserved curve and BT.601 in its container, BT.709 in its video stream',
    { encoding: encodings.p3, matrix: 'bt601', tags: all('bt709'), container: [12, 3, 6] },
    { isQuick: true },
  ),
  kind(
    'PQ',
    {
      ...deep,
      matrix: 'bt2020',
      encoding: encodings.pq,
      tags: { ...wide, color_trc: 'smpte2084' },
    },
    { ...toneMapping, isQuick: true },
  ),
  kind(
    'PQ, H.264',
    {
      depth: 10,
      matrix: 'bt2020',
      encoding: encodings.pq,
      tags: { ...wide, color_trc: 'smpte2084' },
    },
    toneMapping,
  ),
  kind(
    'PQ, full range',
    {
      ...deep,
      range: 'full',
      matrix: 'bt2020',
      encoding: encodings.pq,
      tags: { ...wide, color_trc: 'smpte2084', color_range: 'pc' },
    },
    toneMapping,
  ),
  kind(
    'PQ, says no more',
    {
      ...deep,
      matrix: 'bt2020',
      encoding: encodings.pq,
      tags: { color_trc: 'smpte2084' },
    },
    toneMapping,
  ),
  kind(
    'PQ in P3',
    {
      ...deep,
      encoding: encodings.pqInP3,
      tags: { color_primaries: 'smpte432', color_trc: 'smpte2084', colorspace: 'bt709' },
    },
    toneMapping,
  ),
  kind(
    'HLG',
    {
      ...deep,
      matrix: 'bt2020',
      encoding: encodings.hlg,
      tags: { ...wide, color_trc: 'arib-std-b67' },
    },
    toneMapping,
  ),
  kind(
    'HLG, says no more',
    {
      ...deep,
      matrix: 'bt2020',
      encoding: encodings.hlg,
      tags: { color_trc: 'arib-std-b67' },
    },
    toneMapping,
  ),
]
