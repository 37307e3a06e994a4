import { expect } from 'chai'
import { refusalOf, renderedPatches } from '../../support/render-chart.ts'
import { createBigTiff, createTiff } from '../../support/tiff-file.ts'

/** A palette in which all colours are red. */
const reds = (colours: number) =>
  [320, Array.from({ length: 3 * colours }, (_, i) => (i < colours ? 65_535 : 0))] as const
const floating = [339, 3] as const
const grey = [
  [262, 1],
  [277, 1],
] as const
const palette = (colours: number) => [[262, 3], [277, 1], reds(colours)] as const

/** TIFFs that are refused, and why. */
const unsupportedTiffs: Readonly<Record<string, readonly [tiff: Buffer, reason: string]>> = {
  ...Object.fromEntries(
    [8, 16, 24, 32, 64].flatMap((bits) => [
      [`of floating point, ${bits} bits`, [createTiff(bits, [floating]), 'in floating point']] as const,
      [
        `of floating point, ${bits} bits, a format for each channel`,
        [createTiff(bits, [[339, [3, 3, 3]]]), 'in floating point'],
      ] as const,
      [`of floating point, ${bits} bits, grey`, [createTiff(bits, [floating, ...grey]), 'in floating point']],
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        [8, 256],
        [16, 65_536],
        [16, 256],
        [32, 256],
        [64, 256],
      ] as const
    ).map(([bits, colours]) => [
      `of floating point, ${bits} bits, with a palette of ${colours}`,
      [createTiff(bits, [floating, ...palette(colours)]), 'in floating point'],
    ]),
  ),
  'of floating point, RGB, with a palette as well': [
    createTiff(32, [floating, reds(256)]),
    'in floating point',
  ],
  'of floating point in CIELab': [createTiff(16, [floating, [262, 8]]), 'in floating point'],
  'of floating point in YCbCr': [createTiff(16, [floating, [262, 6]]), 'in floating point'],
  'of floating point in a BigTIFF': [createBigTiff(64, [floating]), 'in floating point'],
  'of floating point in a BigTIFF, a format for each channel': [
    createBigTiff(64, [[339, [3, 3, 3, 3, 3]]]),
    'in floating point',
  ],
  'of complex integers': [createTiff(32, [[339, 5]]), 'of complex numbers'],
  'of complex numbers': [createTiff(64, [[339, 6]]), 'of complex numbers'],
  'of signed numbers, 8 bits': [createTiff(8, [[339, 2]]), 'of signed numbers'],
  'of signed numbers, 16 bits': [createTiff(16, [[339, [2, 2, 2]]]), 'of signed numbers'],
  ...Object.fromEntries(
    [2, 4, 12, 24, 32, 64].map((bits) => [
      `of ${bits} bits`,
      [createTiff(bits, []), `of ${bits} bits a channel`],
    ]),
  ),
}

describe('[V37] TIFFs', () => {
  it('have a palette of 2 to 16 bits', async () => {
    for (const bits of [2, 4, 8, 16])
      expect((await renderedPatches(createTiff(bits, palette(2 ** bits))))[0], `${bits}`).to.deep.equal([
        255, 0, 0,
      ])
  })

  for (const [what, [tiff, reason]] of Object.entries(unsupportedTiffs))
    it(`are refused with the reason: ${what}`, async () => {
      expect(await refusalOf(tiff)).to.equal(
        `TIFF pictures ${reason} are not supported: save the picture with 8 or 16 bits a channel`,
      )
    })

  it('with other tags of this size are not refused', async () => {
    for (const bits of [8, 16])
      for (const format of [1, 4, [1, 1, 1]])
        for (const create of [createTiff, createBigTiff])
          expect(await refusalOf(create(bits, [[339, format]])), `${bits} ${format}`).to.equal(null)
  })
})
