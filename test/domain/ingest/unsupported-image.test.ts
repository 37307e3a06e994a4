import { expect } from 'chai'
import { unsupportedImageReason } from '../../../src/domain/ingest/unsupported-image-reason.ts'
import { poster, readHeic } from '../../support/pictures.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text.padEnd(64, '\0'), 'latin1')

// The first bytes of files that ImageMagick 6.9, libjxl 0.7 and cameras wrote.
const unsupported: ReadonlyArray<[name: string, begins: string]> = [
  ['BMP', 'BM\x8a\x90\0\0\0\0\0\0\x8a\0\0\0\x7c\0\0\0\x80\0\0\0'],
  ['BMP', 'BM\x36\x90\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x80\0\0\0'],
  ['JPEG XL', '\xff\x0a\xf8\x3e\x90\x50'],
  ['JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['Photoshop (PSD)', '8BPS\0\x01\0\0\0\0\0\0\0\x03'],
  ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 '],
  ['JPEG 2000', '\xff\x4f\xff\x51'],
  ['icon (ICO)', '\0\0\x01\0\x01\0\x40\x30\0\0\x01\0\x20\0'],
  ['Radiance (HDR)', '#?RADIANCE\nGAMMA='],
  ['DDS', 'DDS \x7c\0\0\0\x07\x10\x08\0'],
  ['FITS', 'SIMPLE  =                    T'],
  ['MIFF', 'id=ImageMagick  version=1.0'],
  ['PCX', '\x0a\x05\x01\x08\0\0\0\0'],
  ['PFM', 'PF\n128 96\n-1.0\n'],
  ['PNM', 'P6\n128 96\n255\n'],
  ['SGI', '\x01\xda\x01\x01\0\x03\0\x80'],
  ['TGA', '\0\0\x02\0\0\0\0\0\0\0\0\0\x80\0\x60\0\x18'],
  ['TGA', '\0\x01\x01\0\0\0\x01\x18\0\0\0\0\x80\0\x60\0\x08\x20'],
  ['TGA', '\0\x01\x09\0\0\0\x01\x18\0\0\0\0\x80\0\x60\0\x08\x20'],
  ['XPM', '/* XPM */\nstatic char'],
  ['PDF', '%PDF-1.7\n'],
  ['XWD', '\0\0\0\x6f\0\0\0\x07\0\0\0\x02\0\0\0\x18'],
  ['XWD', '\x6f\0\0\0\x07\0\0\0\x02\0\0\0\x18\0\0\0'],
  ['DPX', 'XPDS\x80\x06\0\0V1.0'],
  ['DPX', 'SDPX\0\0\x06\x80V1.0'],
  ['Cineon', '\x80\x2a\x5f\xd7\0\0\x08\0'],
  ['Photo CD', `${'\xff'.repeat(2048)}PCD_IPI`],
  ['Macintosh (PICT)', `${'\0'.repeat(522)}\0\x11\x02\xff\x0c\0`],
  ['Amiga (ILBM)', 'FORM\0\0\x10\0ILBMBMHD'],
  ['DICOM', `${'\0'.repeat(128)}DICM\x02\0`],
  ['compressed (SVGZ, gzip)', '\x1f\x8b\x08\0'],
  ['raw photo (CR2)', 'II*\0\x10\0\0\0CR\x02\0'],
  ['raw photo (CR3)', '\0\0\0\x18ftypcrx \0\0\0\x01crx isom'],
  ['raw photo (RAF)', 'FUJIFILMCCD-RAW 0201'],
]

describe('[V37] pictures that are not accepted', () => {
  for (const [name, begins] of unsupported)
    it(`are refused by name, with advice: ${name} ${JSON.stringify(begins.slice(0, 8))}`, () => {
      expect(unsupportedImageReason(bytes(begins)))
        .to.match(/^\S.* pictures are not supported: \S/)
        .and.satisfy((text: string) => text.startsWith(name))
    })

  it('include SVG and HEIC', async () => {
    expect(unsupportedImageReason(bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'))).to.match(
      /^SVG .*: save it as PNG$/,
    )
    expect(unsupportedImageReason(await readHeic())).to.match(/^HEIC .*: save it as JPEG$/)
  })

  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
    it(`do not include pictures in ${format}`, async () => {
      expect(
        unsupportedImageReason((await poster(64).toFormat(format).toBuffer()).subarray(0, 4096)),
      ).to.equal(null)
    })

  const others: ReadonlyArray<[string, string]> = [
    ['nothing', ''],
    ['a text that begins with BM', 'BMW drives on and on, and on'],
    ['an AIFF', 'FORM\0\0\x10\0AIFFCOMM'],
    ['an AVI', 'RIFF\x24\0\0\0AVI LIST'],
    ['an MPEG video stream', '\0\0\x01\xb3\x14\0\xf0'],
    ['an MP4 that begins with another box', '\0\0\0\x08wide\0\0\x07\0mdat'],
    ['a WAV', 'RIFF\x24\0\0\0WAVEfmt '],
    ['an MP4', '\0\0\0\x18ftypisom\0\0\x02\0isomavc1'],
    ['an MP3', '\xff\xfb\x90\x64'],
    ['an MPEG program stream', '\0\0\x01\xba\x44\0\x04'],
  ]
  for (const [what, begins] of others)
    it(`do not include ${what}`, () => {
      expect(unsupportedImageReason(Buffer.from(begins, 'latin1'))).to.equal(null)
    })
})
