import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import sharp from 'sharp'
import { imageWarnings } from '../../../src/domain/ingest/plan/image-plan.ts'
import { createPictureFolder } from '../../support/picture-folder.ts'
import { plainImage } from '../../support/pictures.ts'
import { mediaPath } from '../../support/transcoding.ts'

const segment = (marker: number, data: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(2 + data.length, 2)
  return Buffer.concat([head, data])
}

/** Inserts a segment after the start marker of a JPEG. */
const withSegment = (jpeg: Buffer, marker: number, data: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), segment(marker, data), jpeg.subarray(2)])

const xmp = (text: string): Buffer => Buffer.from(`http://ns.adobe.com/xap/1.0/\0${text}`, 'latin1')

/** Concatenates two images. The first has an index of both (CIPA DC-007). `type`: the type of the second. */
const multiPicture = (first: Buffer, second: Buffer, type: number): Buffer => {
  const index = Buffer.alloc(4 + 8 + 2 + 12 + 4 + 32)
  index.write('MPF\0II*\0', 'latin1')
  const number = (at: number, value: number) => index.writeUInt32LE(value, 4 + at)
  number(4, 8)
  index.writeUInt16LE(1, 4 + 8)
  index.writeUInt16LE(0xb002, 4 + 10)
  index.writeUInt16LE(7, 4 + 12)
  number(14, 32)
  number(18, 26)
  number(26, 0x030000)
  number(42, type)
  // Offsets count from byte 10, which follows the start marker (2), the segment header (4) and `MPF\0` (4).
  const whole = withSegment(first, 0xe2, index)
  number(46, second.length)
  number(50, whole.length - 10)
  return Buffer.concat([withSegment(first, 0xe2, index), second])
}

describe('[V47] warnings about content of a picture that is not exported', () => {
  const { inspect, firstPixel } = createPictureFolder()
  const red = () => plainImage('red').jpeg().toBuffer()
  const blue = () => plainImage('blue', 32, 24).jpeg().toBuffer()
  const film = () => readFile(mediaPath('vfr.mp4'))
  const warningsOf = async (bytes: Buffer) => imageWarnings(await inspect(bytes))

  const motion = ['a motion photo: its film is left out; add it as MP4 to keep it']
  const another = ['another picture behind the first: left out; add each by itself']
  const gainMap = ['HDR: its gain map is left out, so that its exports have the range of sRGB']
  const withGainMap = async () =>
    withSegment(await blue(), 0xe1, xmp('<rdf:Description hdrgm:Version="1.0"/>'))

  const jpegs: ReadonlyArray<
    readonly [what: string, bytes: () => Promise<Buffer>, warnings: ReadonlyArray<string>]
  > = [
    ['nothing', red, []],
    [
      'a thumbnail in its header',
      async () => withSegment(await red(), 0xe1, Buffer.concat([Buffer.from('Exif\0\0'), await blue()])),
      [],
    ],
    ['the film of a motion photo of Google', async () => Buffer.concat([await red(), await film()]), motion],
    [
      'the film of a motion photo of Samsung',
      async () =>
        Buffer.concat([await red(), Buffer.from('\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data'), await film()]),
      motion,
    ],
    ['the second picture of an MPO', async () => multiPicture(await red(), await blue(), 0x020002), another],
    [
      'a smaller version, as cameras write',
      async () => multiPicture(await red(), await blue(), 0x010002),
      [],
    ],
    [
      'a picture without an index',
      async () => Buffer.concat([await red(), Buffer.alloc(100), await blue()]),
      another,
    ],
    ['a gain map of Adobe', async () => Buffer.concat([await red(), await withGainMap()]), gainMap],
    [
      'a gain map of ISO 21496-1',
      async () =>
        Buffer.concat([
          await red(),
          withSegment(await blue(), 0xe2, Buffer.from('urn:iso:std:iso:ts:21496:-1\0\0\0')),
        ]),
      gainMap,
    ],
    [
      'a gain map and a film',
      async () => Buffer.concat([await red(), await withGainMap(), await film()]),
      [...motion, ...gainMap],
    ],
    [
      'a depth map',
      async () =>
        Buffer.concat([
          await red(),
          withSegment(await blue(), 0xe1, xmp('http://ns.google.com/photos/1.0/depthmap/')),
        ]),
      ['its depth map is left out'],
    ],
  ]
  for (const [what, bytes, warnings] of jpegs)
    it(`name the content of a JPEG: ${what}`, async () => {
      const picture = await bytes()
      expect(await warningsOf(picture)).to.deep.equal(warnings)
      const [r = 0, , b = 255] = await firstPixel(picture)
      expect([r > 240, b < 15]).to.deep.equal([true, true])
    })

  it('name the film and the gain map of an AVIF', async () => {
    const avif = await plainImage('red').avif().toBuffer()
    const box = (type: string, data: Uint8Array): Buffer => {
      const head = Buffer.from(`\0\0\0\0${type}`, 'latin1')
      head.writeUInt32BE(8 + data.length)
      return Buffer.concat([head, data])
    }
    expect(await warningsOf(avif)).to.deep.equal([])
    expect(await warningsOf(Buffer.concat([avif, box('mpvd', await film())]))).to.deep.equal(motion)
  })

  it('do not name smaller versions and masks in a TIFF', async () => {
    const pages = [await plainImage('red').png().toBuffer(), await plainImage('blue').png().toBuffer()]
    const tiff = await sharp(pages, { join: { animated: true } })
      .tiff({ compression: 'lzw' })
      .toBuffer()
    expect((await inspect(tiff)).pages).to.equal(2)
    const pyramid = await plainImage('red', 600, 400).tiff({ pyramid: true, tile: true }).toBuffer()
    expect((await sharp(pyramid).metadata()).pages).to.be.above(1)
    expect((await inspect(pyramid)).pages).to.equal(1)
  })
})
