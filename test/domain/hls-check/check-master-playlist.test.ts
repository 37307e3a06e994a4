import { expect } from 'chai'
import fc from 'fast-check'
import { toMasterPlaylist } from '../../../src/domain/hls/master-playlist.ts'
import { signM3u8 } from '../../../src/domain/hls/sign-m3u8.ts'
import { checkMasterPlaylist } from '../../../src/domain/hls-check/check-master-playlist.ts'
import { O } from '../../../src/fp.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const good = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="s.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="sound",CLOSED-CAPTIONS=NONE
v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE
s.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,AVERAGE-BANDWIDTH=80000,CODECS="avc1.64001f",RESOLUTION=640x360,URI="k.m3u8"
`

const findingsIn = (text: string): ReadonlyArray<readonly [string, number | null]> =>
  checkMasterPlaylist(text).map(({ rule, line }) => [rule, line])

const iFrames = /#EXT-X-I-FRAME-STREAM-INF.*\n/
const soundOnly = /#EXT-X-STREAM-INF:BANDWIDTH=130000.*\n.*\n/
const media = /(#EXT-X-MEDIA.*\n)/

type Case = readonly [
  what: string,
  from: string | RegExp,
  to: string,
  ...findings: ReadonlyArray<readonly [string, number | null]>,
]

const cases: ReadonlyArray<Case> = [
  ['no EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-INDEPENDENT-SEGMENTS\n', '', ['independent-segments', null]],
  ['parts', '#EXT-X-MEDIA', '#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA', ['kind', 4]],
  ['a number in quotes', 'BANDWIDTH=900000', 'BANDWIDTH="900000"', ['attribute-list', 5]],
  ['codecs without quotes', 'CODECS="mp4a.40.2"', 'CODECS=mp4a.40.2', ['attribute-list', 7]],
  ['a variant without a URI', 'v.m3u8\n', '', ['variant-uri', 5]],
  ['a URI without a variant', 's.m3u8\n', 's.m3u8\nx.m3u8\n', ['variant-uri', 9]],
  ['a film without an I-frame playlist', iFrames, '', ['scrubbing', null]],
  ['an I-frame entry without a URI', ',URI="k.m3u8"', '', ['i-frame-stream', 9]],
  ['an I-frame entry without a bandwidth', 'BANDWIDTH=90000,', '', ['bandwidth', 9]],
  ['an I-frame entry with an average above the peak', '=80000,', '=90001,', ['average-bandwidth', 9]],
  ['an I-frame entry without codecs', 'CODECS="avc1.64001f",', '', ['codecs', 9]],
  ['an I-frame entry without a resolution', ',RESOLUTION=640x360,URI', ',URI', ['resolution', 9]],
  ['an I-frame entry with a frame rate', ',URI="k', ',FRAME-RATE=24.000,URI="k', ['i-frame-stream', 9]],
  ['an I-frame entry with audio', ',URI="k', ',AUDIO="sound",URI="k', ['codecs', 9], ['i-frame-stream', 9]],
  ['no bandwidth', 'BANDWIDTH=900000,', '', ['bandwidth', 5]],
  ['an odd bandwidth', 'BANDWIDTH=130000', 'BANDWIDTH=1.3e5', ['bandwidth', 7]],
  ['no average bandwidth', 'AVERAGE-BANDWIDTH=128000,', '', ['average-bandwidth', 7]],
  ['an odd average bandwidth', '=128000', '=128k', ['average-bandwidth', 7]],
  ['an average above the peak', '=128000', '=130001', ['average-bandwidth', 7]],
  ['no codecs', ',CODECS="mp4a.40.2"', '', ['codecs', 7]],
  ['a codec without its profile', 'avc1.64001e', 'avc1', ['codecs', 5]],
  ['an audio codec without its type', 'CODECS="mp4a.40.2"', 'CODECS="mp4a"', ['codecs', 7]],
  ['an empty codec', 'avc1.64001e,', 'avc1.64001e,,', ['codecs', 5]],
  ['no codec for the audio of a group', ',mp4a.40.2', '', ['codecs', 5]],
  ['no declaration of closed captions', /,CLOSED-CAPTIONS=NONE/g, '', ['closed-captions', 5]],
  [
    'closed captions that one variant lacks',
    '"sound",CLOSED-CAPTIONS=NONE',
    '"sound"',
    ['closed-captions', 5],
  ],
  ['no resolution', 'RESOLUTION=640x360,', '', ['resolution', 5]],
  ['an odd resolution', '640x360', '640X360', ['resolution', 5]],
  ['no frame rate', 'FRAME-RATE=29.970,', '', ['frame-rate', 5]],
  ['a frame rate of two decimals', '29.970', '29.97', ['frame-rate', 5]],
  ['a group that is not defined', 'AUDIO="sound"', 'AUDIO="none"', ['group', 5]],
  ['a member without a name', 'NAME="Sound",', '', ['group', 4]],
  ['a default that must not be selected', 'AUTOSELECT=YES', 'AUTOSELECT=NO', ['group', 4]],
  ['two of one name, both default', media, '$1$1', ['group', 5], ['group', 5]],
  [
    'no variant without video',
    soundOnly,
    '',
    ['several-bit-rates', null],
    ['low-bit-rate', null],
    ['audio-only', null],
  ],
]

describe('the examiner of master playlists (hls.md, Master playlist; W25)', () => {
  it('finds no fault in a good playlist', () => {
    expect(findingsIn(good)).to.deep.equal([])
  })

  for (const [what, from, to, ...findings] of cases) {
    it(`finds ${what}`, () => {
      expect(findingsIn(good.replace(from, to))).to.deep.equal(findings)
    })
  }

  it('finds a playlist without variants', () => {
    expect(findingsIn('#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n')).to.deep.include(['kind', null])
  })

  for (const codec of [
    'hvc1.1.6.L93.B0',
    'av01.0.04M.08',
    'vp09.00.31.08',
    'ac-3',
    'mp4a.6B',
    'fLaC',
    'stpp.ttml.im1t',
  ]) {
    it(`accepts ${codec} as a complete codec`, () => {
      expect(findingsIn(good.replace('avc1.64001e', codec))).to.deep.equal([])
    })
  }

  it('reports missing optional features as advice', () => {
    const advice = checkMasterPlaylist(good.replace(soundOnly, '')).map(({ severity }) => severity)
    expect(advice).to.deep.equal(['advice', 'advice', 'advice'])
  })

  it("finds no fault in Larder's own playlists, however they are signed", () => {
    fc.assert(
      fc.property(contentFile(), (file) => {
        const text = O.getOrElse(() => '')(toMasterPlaylist(file))
        for (const signed of [
          text,
          signM3u8(text, { mode: 'query', source: 'minted', jwt: 'a.b.c' }),
          signM3u8(text, { mode: 'define' }),
        ]) {
          const faults = checkMasterPlaylist(signed).filter(({ severity }) => severity === 'fault')
          expect(faults).to.deep.equal([])
        }
      }),
    )
  })
})
