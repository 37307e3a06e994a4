import { expect } from 'chai'
import fc from 'fast-check'
import { clipMediaPlaylist, parseMediaPlaylist } from '../../../src/domain/hls/clip-media-playlist.ts'
import { toIFramePlaylist } from '../../../src/domain/hls/iframe-playlist.ts'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import type { PartWithKeyframes } from '../../../src/domain/media/content-export.ts'
import type { ContentPartUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { aContentExportUid } from '../../support/builders.ts'
import { vodPartsWithKeyframes } from '../../support/vod-arbitraries.ts'

const part = (uid: string, overrides: Partial<PartWithKeyframes> = {}): PartWithKeyframes => ({
  uid: uid as ContentPartUid,
  role: 'media',
  position: 0,
  contentType: 'video/mp4',
  durationTicks: 72_000,
  timescale: 12_000,
  keyframes: [
    { offset: 0, length: 5000, durationTicks: 48_000 },
    { offset: 90_000, length: 4000, durationTicks: 24_000 },
  ],
  ...overrides,
})
const init = part('cfep_i', { role: 'init', durationTicks: 0, keyframes: [] })

const playlist = (parts: ReadonlyArray<PartWithKeyframes>): O.Option<string> =>
  toIFramePlaylist({ exportUid: aContentExportUid(), targetDuration: 6, parts })
const text = O.getOrElse(() => '')

const seconds = (m3u8: string): number =>
  [...m3u8.matchAll(/^#EXTINF:(.*),$/gm)].reduce((sum, [, duration]) => sum + Number(duration), 0)
const partUids = (m3u8: string): ReadonlyArray<string> => [
  ...new Set([...m3u8.matchAll(/^parts\/([\w-]+)\./gm)].map(([, uid = '']) => uid)),
]

describe('an I-frame playlist', () => {
  it('is, for CMAF parts, this text (W25)', () => {
    const last = part('cfep_b', {
      durationTicks: 18_000,
      keyframes: [{ offset: 0, length: 3000, durationTicks: 18_000 }],
    })
    expect(playlist([init, part('cfep_a'), last])).to.deep.equal(
      O.some(`#EXTM3U
#EXT-X-VERSION:5
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXT-X-MAP:URI="parts/cfep_i.mp4"
#EXTINF:4.000000,
#EXT-X-BYTERANGE:5000@0
parts/cfep_a.m4s
#EXTINF:2.000000,
#EXT-X-BYTERANGE:4000@90000
parts/cfep_a.m4s
#EXTINF:1.500000,
#EXT-X-BYTERANGE:3000@0
parts/cfep_b.m4s
#EXT-X-ENDLIST
`),
    )
  })

  it('has version 4 without a map', () => {
    const m3u8 = text(playlist([part('cfep_a', { contentType: 'video/mp2t' })]))
    expect(m3u8).to.include('#EXT-X-VERSION:4\n').and.not.include('EXT-X-MAP')
  })

  it('does not exist for audio, without parts, and if a part does not begin with a keyframe', () => {
    const keyless = part('cfep_a', { keyframes: [] })
    for (const parts of [[], [init], [init, keyless], [init, part('cfep_a'), keyless]])
      expect(playlist(parts)).to.deep.equal(O.none)
  })

  it('has the duration of the media playlist, and the same parts in the same order', () => {
    fc.assert(
      fc.property(vodPartsWithKeyframes(), (vod) => {
        const [iFrames, media] = [text(toIFramePlaylist(vod)), toMediaPlaylist(vod)]
        expect(seconds(iFrames)).to.be.closeTo(seconds(media), 0.000_002)
        expect(partUids(iFrames)).to.deep.equal(partUids(media))
        expect(/TARGETDURATION.*/.exec(iFrames)?.[0]).to.equal(/TARGETDURATION.*/.exec(media)?.[0])
      }),
    )
  })

  it('has, for a clip, the same parts as the media playlist (http-api.md §2.4)', () => {
    const from = fc.double({ min: 0, max: 60, noNaN: true })
    const lasting = fc.double({ min: 0.001, max: 30, noNaN: true })
    fc.assert(
      fc.property(vodPartsWithKeyframes(), from, lasting, (vod, start, length) => {
        const clipped = (m3u8: string) => clipMediaPlaylist(parseMediaPlaylist(m3u8), [start, start + length])
        const [iFrames, media] = [clipped(text(toIFramePlaylist(vod))), clipped(toMediaPlaylist(vod))]
        expect(partUids(iFrames ?? '')).to.deep.equal(partUids(media ?? ''))
        expect(iFrames === null).to.equal(media === null)
      }),
    )
  })

  it('is unchanged by a clip of the whole film', () => {
    fc.assert(
      fc.property(vodPartsWithKeyframes(), (vod) => {
        const m3u8 = text(toIFramePlaylist({ ...vod, parts: vod.parts.filter(isLongEnough) }))
        fc.pre(m3u8 !== '')
        expect(clipMediaPlaylist(parseMediaPlaylist(m3u8), [0, 1e6])).to.equal(m3u8)
      }),
    )
  })
})

const isLongEnough = ({ role, durationTicks, timescale }: PartWithKeyframes): boolean =>
  role === 'init' || durationTicks / timescale > 0.01
