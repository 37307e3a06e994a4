import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash'
import { type ImageTarget, planImage } from '../../src/domain/ingest/plan/image-plan.ts'
import type { ImageProcessor, RenderedImage } from '../../src/ports/image-processor.ts'
import { chartColours, readPatches, worstError } from '../support/chart.ts'
import { encodings } from '../support/chart-encodings.ts'
import { pngChart, pngColour } from '../support/chart-png.ts'
import { left, right } from '../support/expect-right.ts'
import {
  phonePhoto,
  png16Bit,
  pngWithFalseSize,
  poster,
  posterPath,
  quadrantImage,
  readHeic,
  saveFile,
  truncateBytes,
} from '../support/pictures.ts'
import { readPixels } from '../support/read-pixels.ts'

const everyFormat = ['avif', 'webp', 'jpeg', 'png'] as const
const allAt = (width: number): ReadonlyArray<ImageTarget> => everyFormat.map((format) => ({ format, width }))

/** What every ImageProcessor promises. An adapter's test file calls it. */
export const imageProcessorContract = (make: (maxPixels: number) => ImageProcessor): void => {
  const processor = make(12_000_000)
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-pictures-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  const render = (path: string, targets: ReadonlyArray<ImageTarget>) =>
    processor.render(path, targets, folder, () => {})

  describe('inspect', () => {
    const good: ReadonlyArray<[string, () => Promise<Buffer>, object]> = [
      ['a rotated photo as displayed', () => phonePhoto(80, 60), { width: 80, height: 60, hasAlpha: false }],
      ['a PNG with alpha', () => poster().ensureAlpha(0.5).png().toBuffer(), { hasAlpha: true }],
      ['a PNG whose alpha is opaque', () => poster().ensureAlpha(1).png().toBuffer(), { hasAlpha: false }],
      ['a WebP', () => poster().webp().toBuffer(), { width: 320, height: 180, hasAlpha: false }],
      ['a GIF', () => poster().gif().toBuffer(), { width: 320, height: 180 }],
      ['an animation from its first frame', () => animation(), { width: 20, height: 10 }],
      ['a TIFF', () => poster().tiff().toBuffer(), { width: 320, height: 180, hasAlpha: false }],
      ['an AVIF', () => poster(64).avif().toBuffer(), { width: 64, height: 36, hasAlpha: false }],
    ]
    for (const [what, bytes, facts] of good)
      it(`returns the facts of ${what}`, async () => {
        const path = await saveFile(folder, 'picture [of=something]', await bytes())
        expect(await right(processor.inspect(path))).to.include(facts)
      })

    const bad: ReadonlyArray<[string, () => Promise<Buffer> | string, RegExp]> = [
      ['text', () => 'hello there', /^the file is not a picture: /],
      ['nothing', () => '', /^the file is empty$/],
      ['a JPEG cut short', async () => truncateBytes(await readFile(posterPath)), /^the JPEG is cut short: /],
      [
        'a JPEG of little more than its header',
        async () => truncateBytes(await readFile(posterPath), 0.01),
        /^the JPEG is /,
      ],
      [
        'a PNG cut short',
        async () => truncateBytes(await poster().png().toBuffer()),
        /^the PNG is cut short: /,
      ],
      ['a WebP cut short', async () => truncateBytes(await poster().webp().toBuffer()), /^the WebP is /],
      ['an AVIF cut short', async () => truncateBytes(await poster(64).avif().toBuffer()), /^the AVIF is /],
      [
        'too many pixels',
        () => pngWithFalseSize(30_000, 30_000),
        /^the PNG has too many pixels, 30000 × 30000: /,
      ],
      [
        'a header that announces more pixels than follow',
        () => pngWithFalseSize(3000, 3000),
        /^the PNG is damaged: its pixels /,
      ],
      [
        'SVG',
        () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        /^SVG pictures are not/,
      ],
      ['HEIC', readHeic, /^HEIC pictures are not/],
    ]
    for (const [what, bytes, message] of bad)
      it(`refuses ${what}`, async () => {
        const path = await saveFile(folder, 'x.jpg', await bytes())
        const refusal = await left(processor.inspect(path))
        expect(refusal)
          .to.have.property('message')
          .that.matches(message)
          .and.matches(/^.{1,250}$/)
        expect(refusal).to.have.property('message').that.does.not.include(folder)
      })

    it('fails with Unavailable when the file is missing', async () => {
      expect((await left(processor.inspect(join(folder, 'gone.jpg'))))._tag).to.equal('Unavailable')
    })
  })

  describe('render', () => {
    it('renders all targets of a plan, each to its own file in the folder', async () => {
      const targets = planImage(await right(processor.inspect(posterPath)))
      const images = await right(render(posterPath, targets))

      expect(images.map(({ format, width }) => ({ format, width }))).to.have.deep.members([...targets])
      expect(new Set(images.map(({ path }) => path)).size).to.equal(targets.length)
      for (const image of images) {
        expect(dirname(image.path)).to.equal(folder)
        const { format, compression, width, height } = await sharp(image.path).metadata()
        expect(compression === 'av1' ? 'avif' : format).to.equal(image.format)
        expect([width, height]).to.deep.equal([image.width, image.height])
        expect(image.height).to.equal(Math.round((image.width * 9) / 16))
      }
    })

    it('turns a photo upright, converts it to sRGB, and removes its GPS position', async () => {
      const path = await saveFile(folder, 'phone.jpg', await phonePhoto(400, 300))
      expect(await sharp(path).metadata())
        .to.include.keys('exif', 'icc')
        .and.include({ orientation: 6 })

      for (const image of await right(render(path, allAt(200)))) {
        await expectQuadrants(image)
        const metadata = await sharp(image.path).metadata()
        expect(metadata).to.not.have.any.keys('exif', 'icc', 'xmp', 'iptc', 'orientation')
        expect(metadata).to.include({ width: 200, height: 150, hasProfile: false, space: 'srgb' })
        expect((await readFile(image.path)).includes('the photographer')).to.equal(false)
      }
    })

    it('keeps the colours of an image of 16 bits a channel', async () => {
      const path = await saveFile(folder, 'deep.png', await png16Bit(200, 200))
      for (const image of await right(render(path, allAt(100)))) await expectQuadrants(image)
    })

    it('[V30] [V31] keeps colours that are described without a profile, at any depth', async () => {
      const sources = {
        deep: pngChart({ depth: 16 }),
        'deep with alpha': pngChart({ type: 'rgba', depth: 16 }),
        'of P3': pngChart({ encoding: encodings.p3, chunks: [pngColour.cicp(12, 13)] }),
        linear: pngChart({ depth: 16, encoding: encodings.linear, chunks: [pngColour.gamma(1)] }),
      }
      for (const [what, bytes] of Object.entries(sources)) {
        const path = await saveFile(folder, `${what}.png`, bytes)
        for (const image of await right(
          render(path, [
            { format: 'webp', width: 160 },
            { format: 'png', width: 160 },
          ]),
        ))
          expect(worstError(await readPatches(await readFile(image.path)), chartColours), what).to.be.at.most(
            3,
          )
      }
    })

    it('renders grey images and images in CMYK', async () => {
      const orange = sharp({ create: { width: 150, height: 90, channels: 3, background: '#ff8000' } })
      const grey = await saveFile(folder, 'grey.png', await poster().toColourspace('b-w').png().toBuffer())
      const ink = await saveFile(folder, 'ink.jpg', await orange.toColourspace('cmyk').jpeg().toBuffer())
      for (const [path, redOverBlue] of [
        [grey, 0],
        [ink, 1],
      ] as const) {
        const [image] = await right(render(path, [{ format: 'webp', width: 100 }]))
        const [red, , blue] = (await readPixels(image?.path ?? '')).at(0.5, 0.5)
        expect((red - blue) / 255).to.be.closeTo(redOverBlue, 0.2)
        const [averageRed, , averageBlue] = averageOf(image)
        expect(averageRed - averageBlue).to.be.closeTo(redOverBlue, 0.2)
      }
    })

    it('never enlarges an image', async () => {
      const path = await saveFile(folder, 'small.png', await poster(100).png().toBuffer())
      const images = await right(render(path, [...allAt(640), { format: 'webp', width: 50 }]))
      expect(images.map(({ width }) => width).sort((a, b) => a - b)).to.deep.equal([50, 100, 100, 100, 100])
    })

    it('keeps transparency', async () => {
      const path = await saveFile(folder, 'glass.png', await poster().ensureAlpha(0.5).png().toBuffer())
      const targets = allAt(100).filter(({ format }) => format !== 'jpeg')
      for (const image of await right(render(path, targets))) {
        const alpha = await sharp(image.path).extractChannel('alpha').raw().toBuffer()
        expect(Math.abs((alpha[5050] ?? 0) - 128), image.format).to.be.below(3)
        expect(averageOf(image)[3]).to.be.closeTo(0.5, 0.1)
      }
    })

    it('returns a thumbhash with the aspect ratio and colours of the image', async () => {
      const path = await saveFile(
        folder,
        'red.png',
        await quadrantImage(300, 150).tint('red').png().toBuffer(),
      )
      const [image] = await right(render(path, [{ format: 'webp', width: 200 }]))
      expect(image?.thumbhash).to.match(/^[\w-]{20,40}$/)
      expect(thumbHashToApproximateAspectRatio(hashOf(image))).to.be.closeTo(2, 0.4)
      expect(averageOf(image)[0]).to.be.above(averageOf(image)[2])
    })

    it('returns the same bytes for the same image', async () => {
      const again = join(folder, 'again')
      await mkdir(again)
      const first = await right(render(posterPath, allAt(200)))
      const second = await right(processor.render(posterPath, allAt(200), again, () => {}))
      for (const { path, format } of first) {
        const twin = second.find((image) => image.format === format)
        expect((await readFile(path)).equals(await readFile(twin?.path ?? '')), format).to.equal(true)
      }
    })

    it('reports progress up to 1', async () => {
      const fractions: number[] = []
      const targets = [...allAt(50), ...allAt(100)]
      await right(processor.render(posterPath, targets, folder, (fraction) => fractions.push(fraction)))
      expect(fractions).to.have.length(targets.length)
      expect(fractions).to.deep.equal([...fractions].sort((a, b) => a - b))
      expect(fractions[0]).to.be.above(0)
      expect(fractions.at(-1)).to.equal(1)
    })

    it('renders nothing for an empty list of targets', async () => {
      expect(await right(render(posterPath, []))).to.deep.equal([])
      expect(await readdir(folder)).to.deep.equal([])
    })

    it('fails with Refused for a truncated image', async () => {
      const path = await saveFile(folder, 'x.jpg', truncateBytes(await readFile(posterPath)))
      expect(await left(render(path, allAt(100)))).to.include({ _tag: 'Refused' })
    })

    it('fails with Unavailable when its folder is missing', async () => {
      const task = processor.render(posterPath, allAt(100), join(folder, 'gone'), () => {})
      expect(await left(task)).to.include({ _tag: 'Unavailable' })
    })
  })
}

type Rgba = readonly [number, number, number, number]

const hashOf = (image: RenderedImage | undefined): Buffer => Buffer.from(image?.thumbhash ?? '', 'base64url')

const averageOf = (image: RenderedImage | undefined): Rgba => {
  const { r, g, b, a } = thumbHashToAverageRGBA(hashOf(image))
  return [r, g, b, a]
}

const animation = async (): Promise<Buffer> => {
  const frame = (background: string): Promise<Buffer> =>
    sharp({ create: { width: 20, height: 10, channels: 3, background } })
      .png()
      .toBuffer()
  return sharp([await frame('red'), await frame('blue')], { join: { animated: true } })
    .gif()
    .toBuffer()
}

const expectedQuadrants = [
  [0.25, 0.25, [255, 0, 0]],
  [0.75, 0.25, [0, 255, 0]],
  [0.25, 0.75, [0, 0, 255]],
  [0.75, 0.75, [255, 255, 0]],
] as const

/** FFmpeg 5.1 cannot read AVIF, so sharp converts the image to PNG first. */
const expectQuadrants = async (image: RenderedImage): Promise<void> => {
  const readable = `${image.path}.readable.png`
  if (image.format === 'avif') await sharp(image.path).png().toFile(readable)
  const pixels = await readPixels(image.format === 'avif' ? readable : image.path)
  for (const [x, y, colour] of expectedQuadrants)
    for (const [channel, value] of colour.entries())
      expect(pixels.at(x, y)[channel], `${image.format} ${colour}`).to.be.closeTo(value, 6)
}
