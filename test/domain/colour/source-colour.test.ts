import { expect } from 'chai'
import fc from 'fast-check'
import { srgbChromaticities } from '../../../src/domain/colour/chromaticities.ts'
import { primariesByCode } from '../../../src/domain/colour/cicp.ts'
import {
  type ColourTags,
  noColourTags,
  type SourceColour,
  sourceColour,
} from '../../../src/domain/colour/source-colour.ts'
import { toSrgb } from '../../../src/domain/colour/to-srgb.ts'
import { E } from '../../../src/fp.ts'

const wide = primariesByCode.get(9) ?? srgbChromaticities
const flat = { red: [0.3, 0.3], green: [0.3, 0.3], blue: [0.3, 0.3], white: [0.3, 0.3] } as const

const colourOf = (tags: Partial<ColourTags>): SourceColour | string => {
  const decided = sourceColour({ ...noColourTags, ...tags })
  return E.isLeft(decided) ? decided.left.message : decided.right
}

describe('[V31] the colour space of a picture', () => {
  const table: ReadonlyArray<[string, Partial<ColourTags>, SourceColour['_tag']]> = [
    ['nothing', {}, 'Srgb'],
    ['a profile', { hasIccProfile: true }, 'Icc'],
    ['ink', { isCmyk: true }, 'DeviceCmyk'],
    ['ink with a profile', { isCmyk: true, hasIccProfile: true }, 'Icc'],
    [
      'PNG: cICP before iCCP',
      { container: 'png', cicp: { primaries: 12, transfer: 13 }, hasIccProfile: true },
      'Encoded',
    ],
    [
      'PNG: cICP of sRGB before iCCP',
      { container: 'png', cicp: { primaries: 1, transfer: 13 }, hasIccProfile: true },
      'Srgb',
    ],
    ['PNG: iCCP before sRGB', { container: 'png', isSrgb: true, hasIccProfile: true }, 'Icc'],
    [
      'PNG: iCCP behind a cICP that says nothing',
      { container: 'png', cicp: { primaries: 12, transfer: 2 }, hasIccProfile: true },
      'Icc',
    ],
    ['PNG: sRGB before gAMA', { container: 'png', isSrgb: true, gamma: 1 }, 'Srgb'],
    ['PNG: gAMA', { container: 'png', gamma: 1 }, 'Encoded'],
    ['PNG: gAMA of 0', { container: 'png', gamma: 0 }, 'Srgb'],
    ['PNG: gAMA of sRGB', { container: 'png', gamma: 0.45455 }, 'Srgb'],
    [
      'PNG: gAMA and cHRM of sRGB',
      { container: 'png', gamma: 0.45455, chromaticities: srgbChromaticities },
      'Srgb',
    ],
    ['PNG: gAMA of sRGB, other cHRM', { container: 'png', gamma: 0.45455, chromaticities: wide }, 'Encoded'],
    [
      'PNG: gAMA of sRGB, cHRM that is no space',
      { container: 'png', gamma: 0.45455, chromaticities: flat },
      'Srgb',
    ],
    ['PNG: cHRM alone', { container: 'png', chromaticities: wide }, 'Srgb'],
    ['PNG: BT.709', { container: 'png', cicp: { primaries: 1, transfer: 1 } }, 'Encoded'],
    ['HEIF: BT.709', { container: 'heif', cicp: { primaries: 1, transfer: 1 } }, 'Srgb'],
    [
      'HEIF: the profile before nclx',
      { container: 'heif', cicp: { primaries: 9, transfer: 16 }, hasIccProfile: true },
      'Icc',
    ],
    ['HEIF: primaries alone', { container: 'heif', cicp: { primaries: 12, transfer: 2 } }, 'Encoded'],
    ['HEIF: nothing in particular', { container: 'heif', cicp: { primaries: 2, transfer: 2 } }, 'Srgb'],
    [
      'HEIF: a transfer that there is none of',
      { container: 'heif', cicp: { primaries: 9, transfer: 99 } },
      'Srgb',
    ],
  ]
  for (const [what, tags, tag] of table)
    it(`${what}: ${tag}`, () => {
      expect(colourOf(tags)).to.have.property('_tag', tag)
    })

  it('is refused if it is logarithmic', () => {
    for (const transfer of [9, 10])
      expect(colourOf({ container: 'png', cicp: { primaries: 1, transfer } })).to.match(
        /logarithmic.*save it as sRGB/,
      )
  })

  it('has the peak luminance of the file for PQ, and that of the standard for HLG', () => {
    expect(colourOf({ container: 'png', cicp: { primaries: 9, transfer: 16 }, peakNits: 400 })).to.include({
      peakNits: 400,
    })
    expect(colourOf({ container: 'png', cicp: { primaries: 9, transfer: 16 } })).to.include({
      peakNits: 1000,
    })
    expect(colourOf({ container: 'heif', cicp: { primaries: 9, transfer: 18 }, peakNits: 400 })).to.include({
      peakNits: 1000,
    })
  })

  it('keeps white white and black black, however they are stored', () => {
    const anyTags = fc.record({
      container: fc.constantFrom('png', 'heif'),
      cicp: fc.record({
        primaries: fc.integer({ min: 0, max: 30 }),
        transfer: fc.integer({ min: 0, max: 15 }),
      }),
    })
    fc.assert(
      fc.property(anyTags, ({ container, cicp }) => {
        const decided = colourOf({ container: container as ColourTags['container'], cicp })
        if (typeof decided === 'string' || decided._tag !== 'Encoded') return
        const data = Uint16Array.from([0, 0, 0, 65535, 65535, 65535])
        const [...values] = toSrgb({ data, channels: 3, max: 65_535 }, decided)
        expect(values).to.deep.equal([0, 0, 0, 255, 255, 255])
      }),
    )
  })
})

/** PQ colours in nits (BT.2020), and the values that Chromium 156 paints for them on an sRGB canvas. */
const pqVectors: ReadonlyArray<
  [peak: number | null, nits: ReadonlyArray<number>, painted: ReadonlyArray<number>]
> = [
  [null, [1, 1, 1], [8, 8, 8]],
  [null, [50, 50, 50], [98, 98, 98]],
  [null, [100, 100, 100], [136, 136, 136]],
  [null, [203, 203, 203], [187, 187, 187]],
  [null, [300, 300, 300], [211, 211, 211]],
  [null, [700, 700, 700], [244, 244, 244]],
  [null, [1000, 1000, 1000], [255, 255, 255]],
  [null, [4000, 4000, 4000], [255, 255, 255]],
  [400, [100, 100, 100], [167, 167, 167]],
  [400, [300, 300, 300], [248, 248, 248]],
  [4000, [203, 203, 203], [187, 187, 187]],
  [4000, [1000, 1000, 1000], [226, 226, 226]],
  [null, [203, 0, 0], [235, 0, 0]],
  [null, [500, 100, 100], [255, 80, 108]],
  [null, [100, 100, 500], [95, 110, 242]],
  [null, [1000, 500, 100], [255, 177, 59]],
]

describe('[V31] HDR on an sRGB display', () => {
  const pq = (nits: number): number => {
    const y = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375
  }
  const converted = (transfer: number, values: ReadonlyArray<number>, peakNits: number | null) => {
    const decided = colourOf({ container: 'png', cicp: { primaries: 9, transfer }, peakNits })
    if (typeof decided === 'string' || decided._tag !== 'Encoded') return expect.fail('is HDR')
    const data = Uint16Array.from(values, (v) => Math.round(v * 65_535))
    return [...toSrgb({ data, channels: 3, max: 65_535 }, decided)]
  }
  const expectNear = (values: ReadonlyArray<number>, painted: ReadonlyArray<number>) => {
    for (const [i, value] of values.entries()) expect(value).to.be.closeTo(painted[i] ?? -1, 3)
  }

  for (const [peak, nits, painted] of pqVectors)
    it(`PQ of ${nits.join(' ')} nits, peak ${peak ?? 'not given'}`, () => {
      expectNear(converted(16, nits.map(pq), peak), painted)
    })

  for (const [values, painted] of [
    [
      [0.25, 0.25, 0.25],
      [43, 43, 43],
    ],
    [
      [0.5, 0.5, 0.5],
      [99, 99, 99],
    ],
    [
      [0.75, 0.75, 0.75],
      [188, 188, 188],
    ],
    [
      [0.9, 0.9, 0.9],
      [233, 234, 234],
    ],
    [
      [0.5, 0.1, 0.1],
      [111, 0, 7],
    ],
    [
      [0.75, 0.5, 0.5],
      [208, 89, 101],
    ],
    [
      [0.5, 0.5, 0.75],
      [92, 99, 177],
    ],
  ] as const)
    it(`HLG of ${values.join(' ')}`, () => {
      expectNear(converted(18, values, null), painted)
    })
})
