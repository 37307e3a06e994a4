import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { inspectPicture } from '../../src/adapters/sharp/inspect-picture.ts'
import { withPicture } from '../../src/adapters/sharp/open-picture.ts'
import { renderPicture } from '../../src/adapters/sharp/render-picture.ts'
import { type ImageTarget, pictureWarnings, planImage } from '../../src/domain/ingest/plan/image-plan.ts'
import { apng } from '../support/apng.ts'
import { chart, worstError } from '../support/chart.ts'
import { encodings } from '../support/chart-encodings.ts'
import { pngChart, pngChunk, pngColour } from '../support/chart-png.ts'
import { left, right } from '../support/expect-right.ts'
import { cutShort, noise, save } from '../support/pictures.ts'
import { chartError, refusalOf, renderedPatches } from '../support/render-chart.ts'
import { tiffOf } from '../support/tiff-file.ts'

const media = (name: string): Promise<Buffer> =>
  readFile(new URL(`../media/pictures/${name}`, import.meta.url))

const colour = (background: string, width = 64, height = 48) =>
  sharp({ create: { width, height, channels: 4, background } })

/** Frames of one animation. */
const animation = async (format: 'gif' | 'webp', frames: ReadonlyArray<Buffer>): Promise<Buffer> => {
  const joined = sharp([...frames], { join: { animated: true } })
  return format === 'gif' ? joined.gif().toBuffer() : joined.webp({ lossless: true }).toBuffer()
}

const jpegChart = (): Promise<Buffer> =>
  sharp(pngChart({ width: 320, height: 240 }))
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()

describe('[V37] kinds of pictures', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-kinds-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const inspect = async (bytes: Uint8Array) =>
    right(withPicture(await save(folder, 'x', bytes), 1e8, inspectPicture))
  const render = async (bytes: Uint8Array, targets: ReadonlyArray<ImageTarget>) =>
    right(
      withPicture(await save(folder, 'x', bytes), 1e8, (picture) =>
        renderPicture(picture, targets, folder, () => {}),
      ),
    )
  /** The first pixel of a PNG export. */
  const firstPixel = async (bytes: Uint8Array): Promise<ReadonlyArray<number>> => {
    const [image] = await render(bytes, [{ format: 'png', width: 64 }])
    return [
      ...(
        await sharp(await readFile(image?.path ?? ''))
          .toColourspace('srgb')
          .raw()
          .toBuffer()
      ).subarray(0, 3),
    ]
  }

  it('that are refused are so in words of ours: a lossless JPEG by its name, a damaged header without loose ends', async () => {
    const refusedAs = async (bytes: Uint8Array) =>
      left(withPicture(await save(folder, 'x', bytes), 1e8, inspectPicture))
    const lossless = await jpegChart()
    // Its frame is marked as SOF3 (ITU-T T.81, table B.1).
    lossless[lossless.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc3
    expect(await refusedAs(lossless)).to.deep.equal({
      _tag: 'Refused',
      message: 'lossless JPEG pictures are not taken: save it as PNG or as an ordinary JPEG',
    })
    const png = pngChart({ width: 32, height: 24 })
    expect(await refusedAs(png.subarray(0, png.indexOf('IDAT') - 4)))
      .to.have.property('message')
      .that.matches(/^damaged or cut short \(.*[a-z]\)$/)
  })

  describe('a JPEG without its end', () => {
    it('is whole when only the end marker is missing', async () => {
      const whole = await jpegChart()
      expect(await chartError(whole.subarray(0, -2), chart)).to.be.at.most(3)
    })

    it('is whole with zeros in place of the end marker', async () => {
      const whole = await jpegChart()
      const padded = Buffer.concat([whole.subarray(0, -2), Buffer.alloc(3000)])
      expect(await chartError(padded, chart)).to.be.at.most(3)
    })

    it('is refused when it is progressive and was cut anywhere, also between two scans', async () => {
      const whole = await sharp(pngChart({})).jpeg({ progressive: true, quality: 90 }).toBuffer()
      const ends = Array.from({ length: 40 }, (_, i) => Math.floor((whole.length * (i + 1)) / 42))
      for (
        let at = whole.indexOf('\xff\xda', 0, 'latin1');
        at > 0;
        at = whole.indexOf('\xff\xda', at + 1, 'latin1')
      )
        ends.push(at)
      for (const end of ends)
        expect(
          await left(withPicture(await save(folder, 'x', whole.subarray(0, end)), 1e8, inspectPicture)),
          String(end),
        ).to.include({ _tag: 'Refused' })
      expect(await chartError(whole.subarray(0, -2), chart)).to.be.at.most(3)
    })

    it('is refused when pixels are missing, too', async () => {
      const photo = await noise(320, 240).jpeg().toBuffer()
      for (const fraction of [0.3, 0.6, 0.95, 0.99]) {
        const path = await save(folder, 'x', cutShort(photo, fraction))
        expect(await left(withPicture(path, 1e8, inspectPicture)), String(fraction)).to.include({
          _tag: 'Refused',
        })
      }
    })
  })

  describe('of several pictures', () => {
    it('the primary one of an AVIF film is taken, and its motion is said to be lost', async () => {
      const bytes = await media('sequence.avif')
      expect(await firstPixel(bytes)).to.satisfy(
        ([r = 0, g = 0, b = 0]: ReadonlyArray<number>) => r > 240 && g < 15 && b < 15,
      )
      expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
    })

    it('the primary one of an AVIF of two is taken, though it is the second', async () => {
      const bytes = await media('two-pictures.avif')
      expect(await firstPixel(bytes)).to.satisfy(
        ([r = 0, , b = 0]: ReadonlyArray<number>) => b > 240 && r < 15,
      )
      expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^2 pictures in one file/)
    })

    it('the first page of a TIFF is taken, and said to be one of several', async () => {
      const pages = [await colour('red').png().toBuffer(), await colour('blue').png().toBuffer()]
      const bytes = await sharp(pages, { join: { animated: true } })

        .tiff({ compression: 'lzw' })
        .toBuffer()
      expect(await firstPixel(bytes)).to.deep.equal([255, 0, 0])
      expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^2 pictures in one file/)
    })
  })

  describe('an animation', () => {
    const frames = async (...backgrounds: ReadonlyArray<string>) =>
      Promise.all(backgrounds.map((background) => colour(background, 160, 120).png().toBuffer()))

    for (const format of ['gif', 'webp'] as const) {
      it(`is said to lose its motion (${format})`, async () => {
        const bytes = await animation(format, await frames('red', 'blue'))
        expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
      })

      for (const blank of ['#fff', '#000', 'transparent'])
        it(`is not its blank frames at the start (${format}, ${blank})`, async () => {
          const picture = pngChart({ type: 'rgba' })
          const bytes = await animation(format, [...(await frames(blank, blank)), picture])
          expect(worstError(await renderedPatches(bytes), chart)).to.be.at.most(3)
        })

      it(`is its first frame when all are blank (${format})`, async () => {
        expect(await firstPixel(await animation(format, await frames('red', 'blue')))).to.deep.equal([
          255, 0, 0,
        ])
      })
    }

    it('in PNG is said to lose its motion', async () => {
      const bytes = pngChart({ chunks: [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))] })
      expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
    })

    for (const depth of [8, 16] as const) {
      it(`in PNG is its default picture where that is not blank (${depth} bit)`, async () => {
        const bytes = apng({ depth, frames: [{ shows: 'chart' }, { shows: 'white' }] })
        expect(worstError(await renderedPatches(bytes), chart)).to.be.at.most(3)
      })

      for (const first of ['white', 'nothing'] as const)
        it(`in PNG is not its blank frames at the start (${depth} bit, ${first})`, async () => {
          const bytes = apng({ depth, frames: [{ shows: first }, { shows: first }, { shows: 'chart' }] })
          expect(worstError(await renderedPatches(bytes), chart)).to.be.at.most(3)
          expect(pictureWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
        })
    }

    it('in PNG is drawn onto the frames before, where a frame is but a part', async () => {
      const half = { shows: 'chart', part: 'lower half' } as const
      for (const [first, dispose] of [
        ['white', 0],
        ['white', 1],
        ['nothing', 0],
        ['nothing', 2],
      ] as const) {
        const bytes = apng({
          frames: [
            { shows: first, dispose },
            { ...half, blend: 1 },
          ],
        })
        const patches = await renderedPatches(bytes)
        expect(worstError(patches.slice(8), chart.slice(8)), `${first} ${dispose}`).to.be.at.most(3)
      }
    })

    it('in PNG whose default picture is no part of it is its first frame that is not blank', async () => {
      const bytes = apng({
        frames: [{ shows: 'white', isApart: true }, { shows: 'white' }, { shows: 'chart' }],
      })
      expect(worstError(await renderedPatches(bytes), chart)).to.be.at.most(3)
    })

    it('in PNG keeps what its chunks say of its colours', async () => {
      const bytes = apng({
        depth: 16,
        encoding: encodings.p3,
        chunks: [pngColour.cicp(12, 13)],
        frames: [{ shows: 'nothing' }, { shows: 'chart' }],
      })
      expect(worstError(await renderedPatches(bytes), chart)).to.be.at.most(3)
    })

    it('in PNG is its default picture when all frames are blank, or one is damaged', async () => {
      for (const bytes of [
        apng({ frames: [{ shows: 'white' }, { shows: 'white' }] }),
        apng({ frames: [{ shows: 'white' }, { shows: 'chart', x: 100 }] }),
      ])
        expect(await firstPixel(bytes)).to.deep.equal([255, 255, 255])
    })

    it('of one frame is a picture', async () => {
      expect(pictureWarnings(await inspect(await colour('red').gif().toBuffer()))).to.deep.equal([])
    })
  })

  describe('alpha', () => {
    for (const depth of [8, 16] as const)
      it(`that is opaque throughout is in no export (${depth} bit)`, async () => {
        const bytes = pngChart({ type: 'rgba', depth })
        expect(await inspect(bytes)).to.include({ hasAlpha: false })
        const all = (['avif', 'webp', 'png'] as const).map((format) => ({ format, width: 160 }))
        for (const image of await render(bytes, all))
          expect(await sharp(image.path).metadata(), image.format).to.include({
            hasAlpha: false,
            channels: 3,
          })
      })

    it('that shines through is in every export that can hold it', async () => {
      const bytes = pngChart({ type: 'rgba', depth: 16, alpha: 0.5 })
      expect(await inspect(bytes)).to.include({ hasAlpha: true })
      const targets = planImage(await inspect(bytes))
      expect(new Set(targets.map(({ format }) => format))).to.deep.equal(new Set(['avif', 'webp', 'png']))
      for (const image of await render(bytes, targets))
        expect(await sharp(image.path).metadata(), image.format).to.include({ hasAlpha: true })
    })
  })

  it('with a palette have a palette in PNG, too', async () => {
    const palette = pngChart({ type: 'palette', alpha: 0.5 })
    const gif = await sharp(palette).gif().toBuffer()
    for (const bytes of [palette, gif]) {
      const [image] = await render(bytes, [{ format: 'png', width: 100 }])
      expect(await sharp(image?.path ?? '').metadata()).to.include({ isPalette: true })
    }
    const [deep] = await render(pngChart({ type: 'rgba', alpha: 0.5 }), [{ format: 'png', width: 100 }])
    expect(await sharp(deep?.path ?? '').metadata()).to.include({ isPalette: false })
  })

  it('[V33] that are tall have every size that a format can hold', async () => {
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

  describe('that are not decoded are refused by name, with what to do', () => {
    const refused: ReadonlyArray<[string, () => Promise<Uint8Array>, RegExp]> = [
      ['JPEG XL', () => media('chart.jxl'), /^JPEG XL pictures are not taken: save it as PNG or JPEG$/],
      [
        'TIFF in CIELab of 8 bits',
        () => media('chart-lab8.tif'),
        /^TIFF pictures in CIELab are not taken: save it in RGB$/,
      ],
      [
        'TIFF of floating point',
        async () => tiffOf(32, [[339, 3]]),
        /^TIFF pictures of 32 bits or floating point/,
      ],
      ['TIFF of 32 bits', async () => tiffOf(32, []), /^TIFF pictures of 32 bits or floating point/],
      [
        'a raw photo behind a preview in TIFF',
        async () =>
          tiffOf(8, [
            [254, 1],
            [330, 8],
          ]),
        /^raw photos are not taken/,
      ],
      ['a raw photo in DNG', async () => tiffOf(8, [[50706, 1]]), /^raw photos are not taken: develop it/],
      [
        'PNG in logarithmic colours',
        async () => pngChart({ chunks: [pngChunk('cICP', Buffer.from([1, 9, 0, 1]))] }),
        /^its colours are logarithmic/,
      ],
    ]
    for (const [what, bytes, words] of refused)
      it(what, async () => {
        expect(await refusalOf(await bytes())).to.match(words)
      })
  })
})
