import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { readHeifHeader } from '../../../src/adapters/sharp/headers/heif-header.ts'
import { readPngHeader } from '../../../src/adapters/sharp/headers/png-header.ts'
import type { ReadAt } from '../../../src/adapters/sharp/headers/read-at.ts'
import { unsupportedTiffReason } from '../../../src/adapters/sharp/headers/tiff-header.ts'
import { pngChart, pngColour } from '../../support/chart-png.ts'
import { createTiff } from '../../support/tiff-file.ts'

const folder = new URL('../../media/pictures/', import.meta.url)
const media = (name: string): Buffer => readFileSync(new URL(name, folder))
const from =
  (file: Buffer): ReadAt =>
  async (position, length) =>
    file.subarray(position, position + length)

describe('[V31] headers of images', () => {
  it('of AVIF contain the colours of nclx', async () => {
    for (const [name, cicp] of [
      ['p3.avif', { primaries: 12, transfer: 13 }],
      ['p3-grid.avif', { primaries: 12, transfer: 13 }],
      ['pq10.avif', { primaries: 9, transfer: 16 }],
      ['hlg10.avif', { primaries: 9, transfer: 18 }],
      ['linear10.avif', { primaries: 1, transfer: 8 }],
    ] as const)
      expect((await readHeifHeader(from(media(name)), false)).cicp, name).to.deep.equal(cicp)
  })

  it('of AVIF without colr contain the colours of the AV1 sequence header', async () => {
    for (const [name, cicp] of [
      ['p3.avif', { primaries: 12, transfer: 13 }],
      ['p3-grid.avif', { primaries: 12, transfer: 13 }],
      ['wide12-limited.avif', { primaries: 9, transfer: 13 }],
    ] as const) {
      const file = media(name)
      for (let colr = file.indexOf('colr'); colr > 0; colr = file.indexOf('colr'))
        file.write('free', colr, 'latin1')
      expect((await readHeifHeader(from(file), false)).cicp, name).to.deep.equal(cicp)
    }
  })

  it('of PNG contain the peak brightness', async () => {
    const bytes = pngChart({ chunks: [pngColour.cicp(9, 16), pngColour.brightest(400)] })
    expect((await readPngHeader(from(bytes), false)).colour).to.include({ peakNits: 400 })
  })

  it('are read without an exception, for any bytes', async () => {
    const seeds = [
      ...readdirSync(folder).map(media),
      pngChart({ chunks: [pngColour.cicp(9, 16), pngColour.gamma(1), pngColour.chromaticities(1, 1, 1)] }),
      createTiff(8, [[50706, 1]]),
    ].map((file) => file.subarray(0, 900))
    const damage = fc.array(fc.tuple(fc.nat(899), fc.nat(255)), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), damage, fc.nat(900), async (seed, places, length) => {
        const file = Buffer.from(seed.subarray(0, length))
        for (const [offset, value] of places) if (offset < file.length) file[offset] = value
        await readHeifHeader(from(file), false)
        await readPngHeader(from(file), false)
        await unsupportedTiffReason(from(file), 'uchar')
      }),
      { numRuns: 500 },
    )
  })
})
