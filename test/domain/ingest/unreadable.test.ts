import { expect } from 'chai'
import fc from 'fast-check'
import { unreadableReason } from '../../../src/domain/ingest/unreadable-reason.ts'

const neither = 'the file is neither a picture nor sound nor film'
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const page = '<!DOCTYPE html>\n<html><head><title>404</title></head></html>'
const random = Uint8Array.from({ length: 4096 }, (_, i) => (i * i * 31 + (i >> 3) * 7) % 251)

const files: ReadonlyArray<readonly [what: string, head: Uint8Array, message: string]> = [
  ['nothing', bytes(''), 'the file is empty'],
  ['two bytes of a JPEG', bytes('\xff\xd8'), `${neither}: it has only 2 bytes`],
  [
    'text',
    bytes('hello there, believe me'),
    `${neither}: it is text (add the picture, sound or film itself)`,
  ],
  [
    'text in Latin-1',
    bytes('sch\xf6ne Gr\xfc\xdfe, und so weiter'),
    `${neither}: it is text (add the picture, sound or film itself)`,
  ],
  [
    'text in UTF-16',
    Buffer.from(`\ufeff${page}`, 'utf16le'),
    `${neither}: it is an HTML page (download the file itself, not the page that shows it)`,
  ],
  [
    'an HTML page',
    bytes(page),
    `${neither}: it is an HTML page (download the file itself, not the page that shows it)`,
  ],
  [
    'an HTML page after white space and a comment',
    bytes(`\n\n<!-- saved from --> <html lang="en">`),
    `${neither}: it is an HTML page (download the file itself, not the page that shows it)`,
  ],
  [
    'a playlist',
    bytes('#EXTM3U\n#EXT-X-VERSION:3\n'),
    `${neither}: it is a playlist (add the film or the sound that it refers to)`,
  ],
  [
    'XML',
    bytes('<?xml version="1.0"?><smil/>'),
    `${neither}: it is XML (add the picture, sound or film itself)`,
  ],
  [
    'a ZIP archive',
    bytes(`PK\x03\x04${'\0'.repeat(40)}`),
    `${neither}: it is a ZIP archive or an office document (unpack it, and add the files in it)`,
  ],
  ['a program', bytes(`\x7fELF${'\0'.repeat(40)}`), `${neither}: it is a program`],
  [
    'zeros',
    new Uint8Array(4096),
    `${neither}: it is empty: it begins with nothing but zeros (copy it again)`,
  ],
  ['noise', random, `${neither} of a known format: if it is meant to be one, its beginning is damaged`],
  [
    'an AVI without contents',
    bytes(`RIFF\x24\0\0\0AVI LIST${'\0'.repeat(40)}`),
    'the file begins as AVI, but is damaged or cut short: copy it again from where it came from',
  ],
]

describe('the reason for refusing a file in no readable format', () => {
  for (const [what, head, message] of files)
    it(`names ${what}`, () => {
      expect(unreadableReason(head, null)).to.equal(message)
    })

  it('names a format that the engine knows, and Larder does not accept', () => {
    expect(unreadableReason(random, 'au')).to.equal(
      'the file is in the format au, which is not supported: convert it to MP4, or audio to FLAC',
    )
    expect(unreadableReason(random, 'new_pipe')).to.equal(
      'NEW pictures are not supported: save it as PNG or JPEG',
    )
    // FFmpeg recognises this format only by the file's name, so it says nothing about the bytes.
    expect(unreadableReason(random, 'image2')).to.equal(unreadableReason(random, null))
  })

  it('is one line of text for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (head) => {
        expect(unreadableReason(head, null)).to.match(/^the file [\x20-\x7e]+$/)
      }),
    )
  })
})
