import { expect } from 'chai'
import fc from 'fast-check'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import type { ContentPart } from '../../../src/domain/media/content-export.ts'
import type { ContentPartUid } from '../../../src/domain/media/ids.ts'
import { aContentExportUid } from '../../support/builders.ts'
import { vodParts } from '../../support/vod-arbitraries.ts'

const part = (uid: string, overrides: Partial<ContentPart> = {}): ContentPart => ({
  uid: uid as ContentPartUid,
  role: 'media',
  position: 0,
  contentType: 'video/mp4',
  durationTicks: 72_000,
  timescale: 12_000,
  ...overrides,
})

const playlist = (parts: ReadonlyArray<ContentPart>, targetDuration = 6): string =>
  toMediaPlaylist({ exportUid: aContentExportUid(), targetDuration, parts })

const durations = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^#EXTINF:(.*),$/gm)].map(([, duration = '']) => duration)

describe('a media playlist', () => {
  it('is, for CMAF parts, this text (http-api.md §5.6)', () => {
    const parts = [
      part('cfep_i', { role: 'init', durationTicks: 0 }),
      part('cfep_a'),
      part('cfep_b', { position: 1, durationTicks: 18_000 }),
    ]
    expect(playlist(parts)).to.equal(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="parts/cfep_i.mp4"
#EXTINF:6.000000,
parts/cfep_a.m4s
#EXTINF:1.500000,
parts/cfep_b.m4s
#EXT-X-ENDLIST
`)
  })

  it('has version 3 and no map for MPEG-TS', () => {
    const text = playlist([part('cfep_a', { contentType: 'video/mp2t' })])
    expect(text).to.include('#EXT-X-VERSION:3\n').and.include('parts/cfep_a.ts\n')
    expect(text).not.to.include('EXT-X-MAP')
  })

  for (const [contentType, extension] of [
    ['audio/mp4', 'm4s'],
    ['audio/aac', 'aac'],
    ['text/vtt', 'vtt'],
    ['Video/MP2T; charset=binary', 'ts'],
  ] as const) {
    it(`names a part of type ${contentType} .${extension}`, () => {
      expect(playlist([part('cfep_a', { contentType })])).to.include(`\nparts/cfep_a.${extension}\n`)
    })
  }

  it('never writes a duration with an exponent', () => {
    const text = playlist([part('cfep_a', { durationTicks: 1, timescale: 90_000 })])
    expect(durations(text)).to.deep.equal(['0.000011'])
  })

  it('has the exact duration as the sum of its parts, however these are rounded (W25)', () => {
    fc.assert(
      fc.property(vodParts(), (vod) => {
        const written = durations(toMediaPlaylist(vod)).map((duration) =>
          Math.round(Number(duration) * 1_000_000),
        )
        const media = vod.parts.filter(({ role }) => role === 'media')
        let sum = 0
        let ticks = 0
        media.forEach(({ durationTicks, timescale }, i) => {
          sum += written[i] ?? Number.NaN
          ticks += durationTicks
          expect(Math.abs(sum - (ticks / timescale) * 1_000_000)).to.be.lessThan(1)
        })
        expect(written).to.have.length(media.length)
      }),
    )
  })

  it('declares the given target duration, the same in all renditions of a file (W25)', () => {
    const target = (vod: string) => /^#EXT-X-TARGETDURATION:(.*)$/m.exec(vod)?.[1]
    fc.assert(
      fc.property(vodParts(), (vod) => {
        expect(target(toMediaPlaylist(vod))).to.equal('6')
      }),
    )
  })

  it('declares a greater target duration if a part exceeds it', () => {
    const text = playlist([part('cfep_a', { durationTicks: 6.5 * 12_000 })])
    expect(text).to.include('#EXT-X-TARGETDURATION:7\n')
  })

  it('names every part once, in order', () => {
    fc.assert(
      fc.property(vodParts(), (vod) => {
        const named = [...toMediaPlaylist(vod).matchAll(/parts\/([\w-]+)\./g)].map(([, uid]) => uid)
        expect(named).to.deep.equal(vod.parts.map(({ uid }) => uid))
      }),
    )
  })

  it('is written in linear time in the number of parts', () => {
    let reads = 0
    const countReads = <A extends object>(target: A): A =>
      new Proxy(target, {
        get: (from, name) => {
          reads += 1
          return Reflect.get(from, name)
        },
      })
    const readsOf = (length: number): number => {
      reads = 0
      playlist(Array.from({ length }, (_, position) => countReads(part(`cfep_${position}`, { position }))))
      return reads
    }
    expect(readsOf(10_000)).to.be.at.most(10 * readsOf(1000))
  })
})
