import { expect } from 'chai'
import fc from 'fast-check'
import { sniffContentType } from '../../../src/domain/ingest/content-type.ts'
import { poster } from '../../support/pictures.ts'

const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1')

describe('the media type of an original', () => {
  it('is that of its first bytes', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
      expect(sniffContentType(await poster(8).toFormat(format).toBuffer())).to.equal(`image/${format}`)
    for (const [head, type] of [
      ['\0\0\0\x18ftypisom\0\0\0\0', 'video/mp4'],
      ['\0\0\0\x18ftypqt  \0\0\0\0', 'video/quicktime'],
      ['\0\0\0\x18ftypM4A \0\0\0\0', 'audio/mp4'],
      ['\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm', 'video/webm'],
      ['\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x88matroska', 'video/x-matroska'],
      ['RIFF\x24\0\0\0WAVEfmt ', 'audio/wav'],
      ['ID3\x03', 'audio/mpeg'],
      ['fLaC', 'audio/flac'],
      ['G@\x11\x10', 'application/octet-stream'],
    ] as const)
      expect(sniffContentType(bytes(head)), type).to.equal(type)
  })

  it('is a media type, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (head) => {
        expect(sniffContentType(head)).to.match(/^[a-z]+\/[a-z\d-]+$/)
      }),
    )
  })
})
