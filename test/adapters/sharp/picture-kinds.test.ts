import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import sharp from 'sharp'
import { imageWarnings, planImage } from '../../../src/domain/ingest/plan/image-plan.ts'
import { chartColours, greyChart } from '../../support/chart.ts'
import { pngChart, pngChunk } from '../../support/chart-png.ts'
import { createPictureFolder } from '../../support/picture-folder.ts'
import { noiseImage, plainImage, truncateBytes } from '../../support/pictures.ts'
import { chartError, refusalOf } from '../../support/render-chart.ts'
import { createTiff } from '../../support/tiff-file.ts'

const media = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../media/pictures/${name}`, import.meta.url))

const jpegChart = (): Promise<Buffer> =>
  sharp(pngChart({ width: 320, height: 240 }))
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()

describe('[V37] kinds of images', () => {
  const { inspect, render, firstPixel, refusal } = createPictureFolder()

  it('include lossless JPEG, which is refused by its name', async () => {
    const lossless = await jpegChart()
    // The frame is marked as lossless by SOF3 (ITU-T T.81, table B.1).
    lossless[lossless.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc3
    expect(await refusal(lossless)).to.deep.equal({
      _tag: 'Refused',
      message: 'lossless JPEG pictures are not supported: save it as PNG or as an ordinary JPEG',
    })
  })

  describe('a JPEG without its end', () => {
    it('is accepted when only the end marker is missing', async () => {
      const whole = await jpegChart()
      expect(await chartError(whole.subarray(0, -2), chartColours)).to.be.at.most(3)
    })

    it('is accepted with zeros instead of the end marker', async () => {
      const whole = await jpegChart()
      const padded = Buffer.concat([whole.subarray(0, -2), Buffer.alloc(3000)])
      expect(await chartError(padded, chartColours)).to.be.at.most(3)
    })

    it('is refused if it is progressive and truncated anywhere, even between two scans', async () => {
      const whole = await sharp(pngChart({})).jpeg({ progressive: true, quality: 90 }).toBuffer()
      const ends = Array.from({ length: 40 }, (_, i) => Math.floor((whole.length * (i + 1)) / 42))
      for (
        let scan = whole.indexOf('\xff\xda', 0, 'latin1');
        scan > 0;
        scan = whole.indexOf('\xff\xda', scan + 1, 'latin1')
      )
        ends.push(scan)
      for (const end of ends)
        expect(await refusal(whole.subarray(0, end)), String(end)).to.include({ _tag: 'Refused' })
      expect(await chartError(whole.subarray(0, -2), chartColours)).to.be.at.most(3)
    })

    it('is refused if pixels are missing', async () => {
      const photo = await noiseImage(320, 240).jpeg().toBuffer()
      for (const fraction of [0.3, 0.6, 0.95, 0.99]) {
        expect(await refusal(truncateBytes(photo, fraction)), String(fraction)).to.include({
          _tag: 'Refused',
        })
      }
    })
  })

  describe('with several images', () => {
    it('keep the primary image of an AVIF sequence, and warn that the animation is lost', async () => {
      const bytes = await media('sequence.avif')
      expect(await firstPixel(bytes)).to.satisfy(
        ([r = 0, g = 0, b = 0]: ReadonlyArray<number>) => r > 240 && g < 15 && b < 15,
      )
      expect(imageWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
    })

    it('keep the primary image of an AVIF of two, although it is the second', async () => {
      const bytes = await media('two-pictures.avif')
      expect(await firstPixel(bytes)).to.satisfy(
        ([r = 0, , b = 0]: ReadonlyArray<number>) => b > 240 && r < 15,
      )
      expect(imageWarnings(await inspect(bytes)).join()).to.match(/^2 pictures in one file/)
    })

    it('keep the first page of a TIFF, and warn about the others', async () => {
      const pages = [await plainImage('red').png().toBuffer(), await plainImage('blue').png().toBuffer()]
      const bytes = await sharp(pages, { join: { animated: true } })
        .tiff({ compression: 'lzw' })
        .toBuffer()
      expect(await firstPixel(bytes)).to.deep.equal([255, 0, 0])
      expect(imageWarnings(await inspect(bytes)).join()).to.match(/^2 pictures in one file/)
    })
  })

  describe('alpha', () => {
    for (const depth of [8, 16] as const)
      it(`is in no export if it is fully opaque (${depth} bit)`, async () => {
        const bytes = pngChart({ type: 'rgba', depth })
        expect(await inspect(bytes)).to.include({ hasAlpha: false })
        const all = (['avif', 'webp', 'png'] as const).map((format) => ({ format, width: 160 }))
        for (const image of await render(bytes, all))
          expect(await sharp(image.path).metadata(), image.format).to.include({
            hasAlpha: false,
            channels: 3,
          })
      })

    it('is in every export whose format supports it', async () => {
      const bytes = pngChart({ type: 'rgba', depth: 16, alpha: 0.5 })
      expect(await inspect(bytes)).to.include({ hasAlpha: true })
      const targets = planImage(await inspect(bytes))
      expect(new Set(targets.map(({ format }) => format))).to.deep.equal(new Set(['avif', 'webp', 'png']))
      for (const image of await render(bytes, targets))
        expect(await sharp(image.path).metadata(), image.format).to.include({ hasAlpha: true })
    })
  })

  describe('with a channel that is neither colour nor transparency (TIFF)', () => {
    /** A TIFF whose last channel is all zero. `extra` declares its meaning; with `null` it is undeclared. */
    const tiffWith = async (type: 'rgba' | 'greya', depth: 8 | 16, extra: number | null): Promise<Buffer> => {
      const channels = type === 'rgba' ? 4 : 2
      const png = pngChart({ width: 320, height: 240, type: type === 'rgba' ? 'rgb' : 'grey', depth })
      const space = `${type === 'rgba' ? (depth === 8 ? 'srgb' : 'rgb16') : depth === 8 ? 'b-w' : 'grey16'}`
      const tiff = await sharp(png)
        .ensureAlpha(0)
        .toColourspace(space)
        .tiff({ compression: 'none' })
        .toBuffer()
      expect(await sharp(tiff).metadata()).to.include({ channels })
      // This is the tag ExtraSamples (338) with a SHORT.
      const entry = tiff.indexOf(Buffer.from([0x52, 0x01, 3, 0, 1, 0, 0, 0]))
      expect(entry).to.be.above(0)
      // DotRange, a tag without a meaning in RGB, replaces it.
      if (extra === null) tiff.writeUInt16LE(336, entry)
      else tiff.writeUInt16LE(extra, entry + 8)
      return tiff
    }
    for (const type of ['rgba', 'greya'] as const)
      for (const depth of [8, 16] as const)
        it(`lose this channel, and nothing becomes transparent: ${type}, ${depth} bit`, async () => {
          const expected = type === 'rgba' ? chartColours : greyChart
          for (const extra of [0, null]) {
            const tiff = await tiffWith(type, depth, extra)
            const facts = await inspect(tiff)
            expect(facts).to.include({ hasAlpha: false, width: 320, height: 240 })
            expect(facts.leftOut).to.deep.equal(['channels'])
            expect(await chartError(tiff, expected)).to.be.at.most(3)
          }
          for (const extra of [1, 2])
            expect(await inspect(await tiffWith(type, depth, extra))).to.deep.include({
              hasAlpha: true,
              leftOut: [],
            })
        })
  })

  it('with a palette keep a palette in PNG', async () => {
    const palette = pngChart({ type: 'palette', alpha: 0.5 })
    const gif = await sharp(palette).gif().toBuffer()
    for (const bytes of [palette, gif]) {
      const [image] = await render(bytes, [{ format: 'png', width: 100 }])
      expect(await sharp(image?.path ?? '').metadata()).to.include({ isPalette: true })
    }
    const [deep] = await render(pngChart({ type: 'rgba', alpha: 0.5 }), [{ format: 'png', width: 100 }])
    expect(await sharp(deep?.path ?? '').metadata()).to.include({ isPalette: false })
  })

  it('[V33] that are tall have every size that a format supports', async () => {
    const tall = await sharp({ create: { width: 700, height: 18_000, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer()
    const targets = planImage(await inspect(tall))
    const images = await render(tall, targets)
    expect(images.map(({ format, width, height }) => `${format} ${width} × ${height}`)).to.have.members([
      'avif 320 × 8229',
      'webp 320 × 8229',
      'jpeg 320 × 8229',
      'jpeg 700 × 18000',
    ])
  })

  describe('that are not decoded are refused by name, with advice', () => {
    const refused: ReadonlyArray<[string, () => Promise<Uint8Array>, RegExp]> = [
      ['JPEG XL', () => media('chart.jxl'), /^JPEG XL pictures are not supported: save it as PNG or JPEG$/],
      [
        'TIFF in CIELab of 8 bits',
        () => media('chart-lab8.tif'),
        /^TIFF pictures in CIELab are not supported: save the picture in RGB$/,
      ],
      [
        'a raw photo behind a preview in TIFF',
        async () =>
          createTiff(8, [
            [254, 1],
            [330, 8],
          ]),
        /^raw photos are not supported/,
      ],
      [
        'a raw photo in DNG',
        async () => createTiff(8, [[50706, 1]]),
        /^raw photos are not supported: develop the photo/,
      ],
      [
        'PNG in logarithmic colours',
        async () => pngChart({ chunks: [pngChunk('cICP', Buffer.from([1, 9, 0, 1]))] }),
        /^its colours are logarithmic/,
      ],
    ]
    for (const [what, bytes, message] of refused)
      it(what, async () => {
        expect(await refusalOf(await bytes())).to.match(message)
      })
  })
})
