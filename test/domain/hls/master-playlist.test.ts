import { expect } from 'chai'
import fc from 'fast-check'
import { toMasterPlaylist } from '../../../src/domain/hls/master-playlist.ts'
import type { ContentExport, ContentFile } from '../../../src/domain/media/content-export.ts'
import type { ContentExportUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { aContentFileUid, aContentPartUid } from '../../support/builders.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const anExport = (uid: string, overrides: Partial<ContentExport> = {}): ContentExport => ({
  uid: uid as ContentExportUid,
  format: 'm3u8',
  video: { width: 640, height: 360, frameRate: { num: 30_000, den: 1001 } },
  audio: null,
  codecs: ['avc1.64001e'],
  bandwidth: 900_000,
  averageBandwidth: 700_000,
  iFrames: null,
  fileSize: 3000,
  durationSeconds: 12,
  targetDuration: 6,
  qualityParameters: {},
  firstPartUid: aContentPartUid(),
  ...overrides,
})

const aSound = (uid: string, overrides: Partial<ContentExport> = {}): ContentExport =>
  anExport(uid, {
    video: null,
    audio: { channels: 2, sampleRate: 48_000 },
    codecs: ['mp4a.40.2'],
    bandwidth: 134_000,
    averageBandwidth: 131_000,
    ...overrides,
  })

const aFile = (...exports: ReadonlyArray<ContentExport>): ContentFile => ({
  uid: aContentFileUid(),
  durationSeconds: 12,
  exports,
})

const master = (file: ContentFile): string => O.getOrElse(() => '')(toMasterPlaylist(file))
const streams = (text: string): ReadonlyArray<string> =>
  text.split('\n').filter((line) => line.startsWith('#EXT-X-STREAM-INF:'))
const uris = (text: string): ReadonlyArray<string> => text.split('\n').filter((line) => /^[^#]/.test(line))

describe('a master playlist', () => {
  it('is this text for a film with separate audio (http-api.md §5.5)', () => {
    const large = anExport('cfe_large', {
      video: { width: 1920, height: 1080, frameRate: { num: 24, den: 1 } },
      codecs: ['avc1.640028'],
      bandwidth: 5_409_836,
      averageBandwidth: 3_926_966,
    })
    const sound = aSound('cfe_sound', { bandwidth: 133_643, averageBandwidth: 131_310 })
    expect(master(aFile(sound, anExport('cfe_small'), large))).to.equal(`#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="../exports/cfe_sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=5543479,AVERAGE-BANDWIDTH=4058276,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=24.000,AUDIO="sound",CLOSED-CAPTIONS=NONE
../exports/cfe_large.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1033643,AVERAGE-BANDWIDTH=831310,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="sound",CLOSED-CAPTIONS=NONE
../exports/cfe_small.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=133643,AVERAGE-BANDWIDTH=131310,CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE
../exports/cfe_sound.m3u8
`)
  })

  it('names the I-frame playlist of each variant after it (RFC 8216bis §4.4.6.3, W25)', () => {
    const film = anExport('cfe_v', { iFrames: { bandwidth: 90_000.2, averageBandwidth: 60_000 } })
    const text = master(aFile(film, anExport('cfe_old', { bandwidth: 5 }), aSound('cfe_s', { bandwidth: 9 })))
    expect(text.split('\n').slice(5, 8)).to.deep.equal([
      '../exports/cfe_v.m3u8',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90001,AVERAGE-BANDWIDTH=60000,CODECS="avc1.64001e",RESOLUTION=640x360,URI="../exports/cfe_v.iframes.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=14,AVERAGE-BANDWIDTH=831000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="sound",CLOSED-CAPTIONS=NONE',
    ])
    expect(text.match(/I-FRAME/g)).to.have.length(1)
  })

  it('has no group for exports with audio and video in one (MPEG-TS)', () => {
    const muxed = anExport('cfe_ts', {
      audio: { channels: 2, sampleRate: 48_000 },
      codecs: ['avc1.64001e', 'mp4a.40.2'],
    })
    const text = master(aFile(muxed, aSound('cfe_sound')))
    expect(text).not.to.include('EXT-X-MEDIA')
    expect(text).to.include('#EXT-X-VERSION:3\n')
    expect(streams(text)[0]).to.include('BANDWIDTH=900000,').and.include('CODECS="avc1.64001e,mp4a.40.2"')
    expect(uris(text)).to.deep.equal(['../exports/cfe_ts.m3u8', '../exports/cfe_sound.m3u8'])
  })

  it('lists the renditions of a file without video as variants', () => {
    const text = master(
      aFile(aSound('cfe_64', { bandwidth: 67_000 }), aSound('cfe_256', { bandwidth: 268_000 })),
    )
    expect(text).not.to.include('EXT-X-MEDIA')
    expect(uris(text)).to.deep.equal(['../exports/cfe_256.m3u8', '../exports/cfe_64.m3u8'])
  })

  it('combines every video rendition with the best of several audio renditions, and counts its bandwidth', () => {
    const text = master(aFile(anExport('cfe_v'), aSound('cfe_64', { bandwidth: 67_000 }), aSound('cfe_128')))
    expect(text.match(/#EXT-X-MEDIA:/g)).to.have.length(1)
    expect(text).to.include('URI="../exports/cfe_128.m3u8"')
    expect(streams(text)[0]).to.include('BANDWIDTH=1034000,')
    expect(uris(text)).to.deep.equal([
      '../exports/cfe_v.m3u8',
      '../exports/cfe_128.m3u8',
      '../exports/cfe_64.m3u8',
    ])
  })

  it('keeps the first of several exports with equal bandwidth and resolution (http-api.md §5.3)', () => {
    expect(uris(master(aFile(anExport('cfe_b'), anExport('cfe_a'))))).to.deep.equal(['../exports/cfe_a.m3u8'])
  })

  it('does not exist without an export in parts', () => {
    expect(toMasterPlaylist(aFile())).to.deep.equal(O.none)
    expect(toMasterPlaylist(aFile(anExport('cfe_mp4', { format: 'mp4' })))).to.deep.equal(O.none)
  })

  it('omits attributes that are unknown', () => {
    const unknown = anExport('cfe_old', { video: null, codecs: [] })
    expect(streams(master(aFile(unknown)))).to.deep.equal([
      '#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=700000,CLOSED-CAPTIONS=NONE',
    ])
    const timeless = anExport('cfe_v', { video: { width: 2, height: 2, frameRate: { num: 0, den: 0 } } })
    expect(master(aFile(timeless))).not.to.include('FRAME-RATE')
  })

  it('is valid for unusual data', () => {
    const odd = fc.record({
      codecs: fc.array(fc.string({ unit: 'binary' })),
      bandwidth: fc.double(),
      averageBandwidth: fc.double(),
    })
    const wellFormed =
      /^#EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+(,CODECS="[^"\p{Cc}\u2028\u2029]*")?,RESOLUTION=640x360,FRAME-RATE=29\.970,CLOSED-CAPTIONS=NONE$/u
    fc.assert(
      fc.property(odd, (overrides) => {
        const text = master(aFile(anExport('cfe_odd', overrides)))
        expect(text.split('\n')).to.have.length(6)
        expect(text.split('\n')[3]).to.match(wellFormed)
      }),
      { examples: [[{ codecs: [], bandwidth: Number.NaN, averageBandwidth: 0 }]] },
    )
  })

  it('lists each variant once, by descending bandwidth, for any file', () => {
    fc.assert(
      fc.property(contentFile(), (file) => {
        const text = master(file)
        const bandwidths = streams(text).map((line) => Number(/:BANDWIDTH=(\d+)/.exec(line)?.[1]))
        expect(bandwidths).to.deep.equal([...bandwidths].sort((a, b) => b - a))
        expect(new Set(uris(text)).size).to.equal(bandwidths.length)
      }),
    )
  })

  it('never declares less bandwidth than its largest combination needs (hls.md, Master playlist)', () => {
    fc.assert(
      fc.property(contentFile(), (file) => {
        const bandwidthOf = (uri = '') =>
          file.exports.find(({ uid }) => uri === `../exports/${uid}.m3u8`)?.bandwidth ?? Number.NaN
        const text = master(file)
        const sound = /URI="([^"]*)"/.exec(text)?.[1]
        streams(text).forEach((line, i) => {
          const together = bandwidthOf(uris(text)[i]) + (line.includes('AUDIO=') ? bandwidthOf(sound) : 0)
          expect(Number(/:BANDWIDTH=(\d+)/.exec(line)?.[1])).to.equal(together)
        })
      }),
    )
  })
})
