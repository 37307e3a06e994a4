import type { VideoColourTags } from '../../domain/colour/video-colour.ts'

// FFmpeg's names of the code points of ITU-T H.273 (libavutil/pixdesc.c).

const primaries: Readonly<Record<string, number>> = {
  bt709: 1,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  film: 8,
  bt2020: 9,
  smpte428: 10,
  smpte431: 11,
  smpte432: 12,
  'jedec-p22': 22,
  ebu3213: 22,
}

const transfers: Readonly<Record<string, number>> = {
  bt709: 1,
  bt470m: 4,
  gamma22: 4,
  bt470bg: 5,
  gamma28: 5,
  smpte170m: 6,
  smpte240m: 7,
  linear: 8,
  log100: 9,
  log316: 10,
  'iec61966-2-4': 11,
  bt1361e: 12,
  'iec61966-2-1': 13,
  'bt2020-10': 14,
  'bt2020-12': 15,
  smpte2084: 16,
  smpte428: 17,
  'arib-std-b67': 18,
}

const matrices: Readonly<Record<string, number>> = {
  gbr: 0,
  bt709: 1,
  fcc: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  ycgco: 8,
  bt2020nc: 9,
  bt2020c: 10,
  smpte2085: 11,
  'chroma-derived-nc': 12,
  'chroma-derived-c': 13,
  ictcp: 14,
  'ipt-c2': 15,
  'ycgco-re': 16,
  'ycgco-ro': 17,
}

/** Returns the code point of a name; 2 (unspecified) for any other name, such as `unknown` and `reserved`. */
const codeOf = (codes: Readonly<Record<string, number>>, name: string | undefined): number =>
  name !== undefined && Object.hasOwn(codes, name) ? (codes[name] ?? 2) : 2

/** Converts FFmpeg's names to code points. */
export const videoColourTagsOf = (names: {
  readonly primaries: string | undefined
  readonly transfer: string | undefined
  readonly matrix: string | undefined
}): VideoColourTags => ({
  primaries: codeOf(primaries, names.primaries),
  transfer: codeOf(transfers, names.transfer),
  matrix: codeOf(matrices, names.matrix),
  isMatrixOfContainer: false,
})
