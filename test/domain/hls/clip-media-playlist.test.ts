import { expect } from 'chai'
import fc from 'fast-check'
import type { Clip } from '../../../src/domain/access/restrictions.ts'
import { clipMediaPlaylist, parseMediaPlaylist } from '../../../src/domain/hls/clip-media-playlist.ts'
import { toMediaPlaylist } from '../../../src/domain/hls/media-playlist.ts'
import { checkMediaPlaylist } from '../../../src/domain/hls-check/check-media-playlist.ts'
import { vodParts } from '../../support/vod-arbitraries.ts'

const uris = (text: string): ReadonlyArray<string> => text.match(/^[^#\n].*$/gm) ?? []

const clip: fc.Arbitrary<Clip> = fc
  .tuple(fc.double({ min: 0, max: 250, noNaN: true }), fc.double({ min: 0.01, max: 250, noNaN: true }))
  .map(([from, length]): Clip => [from, from + length])

const clipped = (text: string, clip: Clip): string | null => clipMediaPlaylist(parseMediaPlaylist(text), clip)

describe('a media playlist restricted to a clip (http-api.md §2.4)', () => {
  it('names consecutive parts, and breaks no rule', () => {
    fc.assert(
      fc.property(vodParts(), clip, (vod, clip) => {
        const whole = toMediaPlaylist(vod)
        const restricted = clipped(whole, clip)
        if (restricted === null) return
        const [first = '', ...rest] = uris(restricted)
        const from = uris(whole).indexOf(first)
        expect(uris(whole).slice(from, from + rest.length + 1)).to.deep.equal([first, ...rest])
        expect(checkMediaPlaylist(restricted)).to.deep.equal([])
      }),
    )
  })

  it('keeps all lines except those of the omitted parts', () => {
    fc.assert(
      fc.property(vodParts(), clip, (vod, clip) => {
        const whole = toMediaPlaylist(vod)
        const restricted = clipped(whole, clip)
        if (restricted === null) return
        const parts = uris(restricted).length
        expect(restricted.split('\n').filter((line) => line.startsWith('#EXTINF'))).to.have.length(parts)
        const others = (text: string) => text.split('\n').filter((line) => /^#(?!EXTINF)/.test(line))
        expect(others(restricted)).to.deep.equal(others(whole))
      }),
    )
  })

  it('is unchanged by a clip of the whole film', () => {
    const whole = '#EXTM3U\n#EXTINF:6.000000,\n0.ts\n#EXTINF:2.500000,\n1.ts\n#EXT-X-ENDLIST\n'
    expect(clipped(whole, [0, 8.5])).to.equal(whole)
  })

  it('does not exist if no part overlaps the clip', () => {
    expect(clipped('#EXTM3U\n#EXTINF:6.000000,\n0.ts\n#EXT-X-ENDLIST\n', [6, 7])).to.equal(null)
    expect(clipped('', [0, 1])).to.equal(null)
  })
})
