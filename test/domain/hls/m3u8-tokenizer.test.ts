import { expect } from 'chai'
import fc from 'fast-check'
import { attributeValue, parseM3u8Lines } from '../../../src/domain/hls/m3u8-lines.ts'
import { tokenizeM3u8 } from '../../../src/domain/hls/m3u8-tokenizer.ts'
import { toMasterPlaylist } from '../../../src/domain/hls/master-playlist.ts'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import { O } from '../../../src/fp.ts'
import { anyList } from '../../support/m3u8-arbitraries.ts'
import { contentFile, vodParts } from '../../support/vod-arbitraries.ts'

const together = (text: string): string =>
  tokenizeM3u8(text)
    .map((token) => token.text)
    .join('')
const kinds = (text: string): ReadonlyArray<readonly [string, string]> =>
  tokenizeM3u8(text).map((token) => [token.kind, token.text])

describe('the m3u8 tokenizer', () => {
  it('loses nothing of any text', () => {
    fc.assert(
      fc.property(fc.oneof(anyList, fc.string({ unit: 'binary' })), (text) => together(text) === text),
    )
  })

  it("loses nothing of Larder's own playlists", () => {
    fc.assert(fc.property(vodParts().map(toMediaPlaylist), (text) => together(text) === text))
    const masters = contentFile().map((file) => O.getOrElse(() => '')(toMasterPlaylist(file)))
    fc.assert(fc.property(masters, (text) => together(text) === text))
  })

  it('recognises tags, attribute lists, URIs, comments, blank lines and line breaks', () => {
    expect(
      kinds('\uFEFF#EXTM3U\r\n#EXT-X-MAP:URI="a,b",BYTERANGE=1@0\n\n# note\n#EXTINF:6.0,\n ../a.ts'),
    ).to.deep.equal([
      ['byteOrderMark', '\uFEFF'],
      ['tagName', '#EXTM3U'],
      ['newline', '\r\n'],
      ['tagName', '#EXT-X-MAP:'],
      ['attributeName', 'URI'],
      ['punctuation', '='],
      ['quotedString', '"a,b"'],
      ['punctuation', ','],
      ['attributeName', 'BYTERANGE'],
      ['punctuation', '='],
      ['value', '1@0'],
      ['newline', '\n'],
      ['newline', '\n'],
      ['comment', '# note'],
      ['newline', '\n'],
      ['tagName', '#EXTINF:'],
      ['value', '6.0,'],
      ['newline', '\n'],
      ['space', ' '],
      ['uri', '../a.ts'],
    ])
  })

  it('reports where an attribute list becomes invalid', () => {
    expect(kinds('#EXT-X-MAP:A=1,URI="open').slice(-2)).to.deep.equal([
      ['punctuation', ','],
      ['malformed', 'URI="open'],
    ])
  })

  it('treats a URI in the title of a part as a title', () => {
    expect(kinds('#EXTINF:6,URI="a"').map(([kind]) => kind)).to.deep.equal(['tagName', 'value'])
  })

  it('takes linear time', () => {
    const many = 1_000_000
    const hostile = ['#EXT-X-A:A=', ' '.repeat(many), '"', `\n${' '.repeat(many)}x${'\t'.repeat(many)}y`]
    // With quadratic time the test would exceed its time limit.
    expect(together(hostile.join('')) === hostile.join('')).to.equal(true)
  })
})

describe('the lines of an m3u8 text', () => {
  it('are numbered, and form the text when joined', () => {
    fc.assert(
      fc.property(anyList, (text) => {
        const lines = parseM3u8Lines(text)
        expect(lines.map((line) => line.text).join('')).to.equal(text)
        expect(lines.map(({ number }) => number)).to.deep.equal(lines.map((_, i) => i + 1))
      }),
    )
  })

  it('have a tag, its value and its attributes without quotes', () => {
    const [line] = parseM3u8Lines('#EXT-X-MEDIA:TYPE=AUDIO,NAME="a, b" ,URI=""\r\n')
    expect(line).to.include({ tag: 'EXT-X-MEDIA', uri: null, value: 'TYPE=AUDIO,NAME="a, b" ,URI=""' })
    expect(line?.attributes).to.deep.equal([
      { name: 'TYPE', value: 'AUDIO', quoted: false },
      { name: 'NAME', value: 'a, b', quoted: true },
      { name: 'URI', value: '', quoted: true },
    ])
    expect(line && attributeValue(line, 'NAME')).to.equal('a, b')
    expect(line && attributeValue(line, 'LANGUAGE')).to.equal(undefined)
  })
})
