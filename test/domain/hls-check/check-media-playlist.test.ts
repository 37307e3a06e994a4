import { expect } from 'chai'
import fc from 'fast-check'
import { toIFramePlaylist } from '../../../src/domain/hls/iframe-playlist.ts'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import { signM3u8 } from '../../../src/domain/hls/sign-m3u8.ts'
import { checkMediaPlaylist } from '../../../src/domain/hls-check/check-media-playlist.ts'
import { O } from '../../../src/fp.ts'
import { anyList } from '../../support/m3u8-arbitraries.ts'
import { vodParts, vodPartsWithKeyframes } from '../../support/vod-arbitraries.ts'

const good = `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="parts/i.mp4"
#EXTINF:6.006000,
parts/a.m4s
#EXTINF:1.5,
parts/b.m4s
#EXT-X-ENDLIST
`

const goodIFrames = `#EXTM3U
#EXT-X-VERSION:5
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXT-X-MAP:URI="parts/i.mp4"
#EXTINF:3.003000,
#EXT-X-BYTERANGE:1000@0
parts/a.m4s
#EXTINF:3.003000,
#EXT-X-BYTERANGE:900@5000
parts/a.m4s
#EXTINF:1.5,
#EXT-X-BYTERANGE:800@0
parts/b.m4s
#EXT-X-ENDLIST
`

const findingsIn = (text: string): ReadonlyArray<readonly [string, number | null]> =>
  checkMediaPlaylist(text).map(({ rule, line }) => [rule, line])

type Case = readonly [
  what: string,
  from: string | RegExp,
  to: string,
  ...findings: ReadonlyArray<readonly [string, number | null]>,
]

// Each case breaks the good playlist in one way: the fault, the replaced text, the replacement, and the
// expected findings.
const cases: ReadonlyArray<Case> = [
  ['a byte order mark', '#EXTM3U', '\uFEFF#EXTM3U', ['text', 1]],
  ['a control character', '#EXTINF:1.5,', '#EXTINF:1.5,\u0007', ['text', 10]],
  ['bytes that are not UTF-8', '#EXTINF:1.5,', '#EXTINF:1.5,\uFFFD', ['text', 10]],
  ['another head', '#EXTM3U\n', '#EXTM3U8\n', ['head', 1]],
  ['a version that is too low', ':6\n', ':5\n', ['version', 2]],
  ['no version', '#EXT-X-VERSION:6\n', '', ['version', null]],
  ['two versions', '#EXT-X-VERSION:6\n', '#EXT-X-VERSION:6\n#EXT-X-VERSION:6\n', ['version', 3]],
  ['an odd version', '#EXT-X-VERSION:6', '#EXT-X-VERSION:6.0', ['version', 2]],
  ['an open quote', 'i.mp4"', 'i.mp4', ['attribute-list', 7], ['map', 7]],
  ['a bare URI', '"parts/i.mp4"', 'parts/i.mp4', ['attribute-list', 7]],
  ['an attribute given twice', 'i.mp4"', 'i.mp4",URI="j.mp4"', ['attribute-list', 7]],
  ['an attribute without a value', 'i.mp4"', 'i.mp4",BYTERANGE=', ['attribute-list', 7]],
  ['a comma at the end', 'i.mp4"', 'i.mp4",', ['attribute-list', 7]],
  ['a reserved parameter', 'a.m4s', 'a.m4s?x=1&_HLS_msn=1', ['reserved-parameter', 9]],
  ['variants', '#EXT-X-ENDLIST', '#EXT-X-MEDIA:TYPE=AUDIO\n#EXT-X-ENDLIST', ['kind', 12]],
  ['no parts', /#EXTINF.*\n.*\n/g, '', ['kind', null]],
  ['no EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-INDEPENDENT-SEGMENTS\n', '', ['independent-segments', null]],
  ['no target', '#EXT-X-TARGETDURATION:6\n', '', ['target-duration', null]],
  ['a target with decimals', 'DURATION:6', 'DURATION:6.006', ['target-duration', 3]],
  ['a target that is too short', 'DURATION:6', 'DURATION:5', ['target-duration', 8]],
  ['two targets', '#EXT-X-MEDIA-', '#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-', ['target-duration', 4]],
  ['a duration with an exponent', '1.5,', '1e-05,', ['duration', 10]],
  ['a duration without a comma', '1.5,', '1.5', ['duration', 10]],
  ['a part without a duration', '#EXTINF:1.5,\n', '', ['duration', 10]],
  ['a duration without a part', 'parts/a.m4s\n', '', ['duration', 8]],
  ['a duration at the end', '#EXT-X-ENDLIST', '#EXTINF:1,\n#EXT-X-ENDLIST', ['duration', 12]],
  ['no type', '#EXT-X-PLAYLIST-TYPE:VOD\n', '', ['vod', null]],
  ['another type', ':VOD', ':EVENT', ['vod', 5]],
  ['no first number', '#EXT-X-MEDIA-SEQUENCE:0\n', '', ['media-sequence', null]],
  ['another first number', 'SEQUENCE:0', 'SEQUENCE:7', ['media-sequence', 4]],
  ['no end', '#EXT-X-ENDLIST\n', '', ['end', null]],
  ['a tag after the end', '#EXT-X-ENDLIST', '#EXT-X-ENDLIST\n#EXT-X-GAP', ['end', 13]],
  ['CMAF parts without a map', /#EXT-X-MAP.*\n/, '', ['map', 8]],
  ['a map of nothing', 'parts/i.mp4', '', ['map', 7]],
  [
    'a variable that is not defined',
    /:6\n#EXT-X-T([\s\S]*)a\.m4s/,
    ':8\n#EXT-X-DEFINE:NAME="a",VALUE="b"\n#EXT-X-T$1a.m4s?{$a}{$c}',
    ['variable', 10],
  ],
  ['variables below version 8', '#EXT-X-T', '#EXT-X-DEFINE:NAME="a",VALUE="b"\n#EXT-X-T', ['version', 2]],
  ['query variables below version 11', ':6\n', ':10\n#EXT-X-DEFINE:QUERYPARAM="jwt"\n', ['version', 2]],
]

const iFrameCases: ReadonlyArray<Case> = [
  ['a version below byte ranges', /:5\n([\s\S]*)#EXT-X-MAP.*\n/, ':3\n$1', ['version', 2], ['map', 9]],
  ['a version below maps of I-frame playlists', ':5\n', ':4\n', ['version', 2]],
  ['no map', /#EXT-X-MAP.*\n/, '', ['map', 9]],
  ['a range of nothing', '900@5000', '0@5000', ['byte-range', 12]],
  ['a range in another notation', '900@5000', '5000-5899', ['byte-range', 12]],
  ['a range that continues no other', '800@0', '800', ['byte-range', 15]],
  ['a range of no part', '#EXT-X-END', '#EXT-X-BYTERANGE:5@0\n#EXT-X-END', ['byte-range', 17]],
  ['bytes that are listed twice', '@5000', '@999', ['i-frames', 12]],
  ['a target that is too short', 'DURATION:6', 'DURATION:2', ['target-duration', 8], ['target-duration', 11]],
  ['no EXT-X-I-FRAMES-ONLY', '#EXT-X-I-FRAMES-ONLY\n', '', ['independent-segments', null], ['version', 2]],
]

describe('the examiner of media playlists (hls.md, Media playlist; W25)', () => {
  it('finds no fault in a good playlist', () => {
    expect(findingsIn(good)).to.deep.equal([])
  })

  for (const [what, from, to, ...findings] of cases) {
    it(`finds ${what}`, () => {
      expect(findingsIn(good.replace(from, to))).to.deep.equal(findings)
    })
  }

  it('finds no fault in a good I-frame playlist', () => {
    expect(findingsIn(goodIFrames)).to.deep.equal([])
    expect(findingsIn(goodIFrames.replace('900@5000', '900'))).to.deep.equal([])
  })

  for (const [what, from, to, ...findings] of iFrameCases) {
    it(`finds in an I-frame playlist ${what}`, () => {
      expect(findingsIn(goodIFrames.replace(from, to))).to.deep.equal(findings)
    })
  }

  it('accepts overlapping parts in any playlist except an I-frame playlist', () => {
    const overlapping = goodIFrames
      .replace('I-FRAMES-ONLY', 'INDEPENDENT-SEGMENTS')
      .replace('@5000', '@999')
      .replace(':5\n', ':6\n')
    expect(findingsIn(overlapping)).to.deep.equal([])
  })

  it('reports the reason, the source and the fix', () => {
    expect(checkMediaPlaylist(good.replace('DURATION:6', 'DURATION:5'))).to.deep.equal([
      {
        rule: 'target-duration',
        severity: 'fault',
        source: 'RFC 8216bis §4.4.3.1',
        line: 8,
        reason: '6.006 s, rounded, is more than the target of 5 s',
        fix: 'Write one #EXT-X-TARGETDURATION: a whole number of seconds that is not less than any EXTINF once rounded.',
      },
    ])
  })

  it('accepts a playlist of MPEG-TS parts, of version 3 and with CRLF', () => {
    const old = good
      .replace(/#EXT-X-MAP.*\n/, '')
      .replace(':6', ':3')
      .replaceAll('m4s', 'ts')
    expect(findingsIn(old.replaceAll('\n', '\r\n'))).to.deep.equal([])
  })

  it("finds no fault in Larder's own playlists, however they are signed", () => {
    fc.assert(
      fc.property(vodParts(), (vod) => {
        const text = toMediaPlaylist(vod)
        expect(findingsIn(text)).to.deep.equal([])
        expect(findingsIn(signM3u8(text, { mode: 'query', source: 'minted', jwt: 'a.b.c' }))).to.deep.equal(
          [],
        )
        expect(findingsIn(signM3u8(text, { mode: 'define' }))).to.deep.equal([])
      }),
    )
  })

  it("finds no fault in Larder's own I-frame playlists, however they are signed", () => {
    fc.assert(
      fc.property(vodPartsWithKeyframes(), (vod) => {
        const text = O.getOrElse(() => '')(toIFramePlaylist(vod))
        expect(findingsIn(text)).to.deep.equal([])
        expect(findingsIn(signM3u8(text, { mode: 'query', source: 'minted', jwt: 'a.b.c' }))).to.deep.equal(
          [],
        )
        expect(findingsIn(signM3u8(text, { mode: 'define' }))).to.deep.equal([])
      }),
    )
  })

  it('returns findings for any text, without an exception', () => {
    fc.assert(
      fc.property(anyList, (text) => {
        expect(findingsIn(text)).not.to.have.length(0)
      }),
    )
  })
})
