import { expect } from 'chai'
import fc from 'fast-check'
import { filterMasterPlaylist, parseMasterPlaylist } from '../../../src/domain/hls/filter-master.ts'
import { toMasterPlaylist } from '../../../src/domain/hls/master-playlist.ts'
import { MobileFilter } from '../../../src/domain/hls/mobile-filter.ts'
import { E, O } from '../../../src/fp.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const filterOf = (query: Readonly<Record<string, string>>): MobileFilter =>
  E.getOrElse((): MobileFilter => {
    throw new Error('not a filter')
  })(MobileFilter.decode(query))

const filtered = (text: string, filter: MobileFilter): string =>
  filterMasterPlaylist(parseMasterPlaylist(text), filter)

const uris = (text: string): ReadonlyArray<string> => text.match(/^[^#\n].*$/gm) ?? []

const master = contentFile().map((file) => O.getOrElse(() => '')(toMasterPlaylist(file)))
const pixels = fc.integer({ min: 1, max: 2000 })
const filter: fc.Arbitrary<MobileFilter> = fc.record({
  size: fc.option(fc.record({ width: pixels, height: pixels })),
  pixelRatio: fc.double({ min: 0.01, max: 16, noNaN: true }),
  minBandwidth: fc.nat(8_000_000),
  maxBandwidth: fc.nat(8_000_000),
})

const rung = (height: number, bandwidth: number) =>
  `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth},RESOLUTION=${(height * 16) / 9}x${height},AUDIO="sound"\n${height}.m3u8\n`
const ladder = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",URI="s.m3u8"
${rung(1080, 5_000_000)}${rung(720, 2_800_000)}${rung(360, 800_000)}#EXT-X-STREAM-INF:BANDWIDTH=64000
sound.m3u8
`
const urisAfter = (query: Readonly<Record<string, string>>) => uris(filtered(ladder, filterOf(query)))

describe('filtering a master playlist by its text (http-api.md §5.2, W10)', () => {
  it('drops the lines of a variant, and no others', () => {
    expect(filtered(ladder, filterOf({ bmin: '90000', bmax: '900000' }))).to.equal(`#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",URI="s.m3u8"
${rung(360, 800_000)}`)
  })

  it('[V46] keeps all variants by default, including the one without video', () => {
    expect(urisAfter({})).to.have.members(['1080.m3u8', '720.m3u8', '360.m3u8', 'sound.m3u8'])
    expect(urisAfter({ bmin: '90000' })).to.have.members(['1080.m3u8', '720.m3u8', '360.m3u8'])
  })

  it('accepts any bmax, however low (W21)', () => {
    expect(urisAfter({ bmax: '64000' })).to.deep.equal(['sound.m3u8'])
    expect(urisAfter({ bmax: '80000' })).to.deep.equal(['sound.m3u8'])
  })

  it('keeps the best variant for each pixel ratio, and variants without a size', () => {
    expect(urisAfter({ w: '640', h: '360' })).to.have.members(['360.m3u8', 'sound.m3u8'])
    expect(urisAfter({ w: '640', h: '360', pr: '2' })).to.have.members(['720.m3u8', '360.m3u8', 'sound.m3u8'])
    expect(urisAfter({ w: '640', h: '360', pr: '3' })).to.have.length(4)
  })

  it('[V50] lists the start variant first, then the others by descending bandwidth', () => {
    expect(urisAfter({})).to.deep.equal(['360.m3u8', '1080.m3u8', '720.m3u8', 'sound.m3u8'])
    expect(urisAfter({ bmin: '900000' })).to.deep.equal(['720.m3u8', '1080.m3u8'])
    expect(urisAfter({ w: '390', h: '844', bmax: '3000000' })).to.deep.equal([
      '360.m3u8',
      '720.m3u8',
      'sound.m3u8',
    ])
  })

  it('keeps all variants if none would remain', () => {
    expect(urisAfter({ bmin: '9000000' })).to.have.length(4)
    expect(urisAfter({ bmin: '5', bmax: '10' })).to.have.length(4)
  })

  it('drops the I-frame playlist of a dropped variant, and no others', () => {
    const rungWithKeys = (height: number, bandwidth: number) =>
      `${rung(height, bandwidth)}#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI="${height}.iframes.m3u8"\n`
    const [high, low] = [rungWithKeys(1080, 5_000_000), rungWithKeys(360, 800_000)]
    const all = `#EXTM3U\n${high}${low}`
    expect(filtered(all, filterOf({}))).to.equal(`#EXTM3U\n${low}${high}`)
    expect(filtered(all, filterOf({ bmax: '900000' }))).to.equal(`#EXTM3U\n${low}`)
    expect(filtered(all, filterOf({ bmin: '900000' }))).to.equal(`#EXTM3U\n${high}`)
  })

  it('keeps the I-frame playlists of the remaining variants, for any playlist', () => {
    const exportsIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, uid]) => uid)
    fc.assert(
      fc.property(contentFile(), filter, (file, chosen) => {
        const text = filtered(O.getOrElse(() => '')(toMasterPlaylist(file)), chosen)
        const left = exportsIn(text, /^\.\.\/exports\/([\w-]+)\.m3u8$/gm)
        const keyed = file.exports.filter(({ iFrames }) => iFrames !== null).map(({ uid }) => String(uid))
        expect(exportsIn(text, /([\w-]+)\.iframes\.m3u8"$/gm)).to.deep.equal(
          left.filter((uid) => keyed.includes(uid ?? '')),
        )
      }),
    )
  })

  it('drops the last lines of a playlist without a final newline', () => {
    const [all, low] = [`${rung(1080, 2_000_000)}${rung(720, 1_000_000)}`.trimEnd(), rung(1080, 2_000_000)]
    expect(filtered(all, filterOf({ bmin: '1500000' }))).to.equal(low)
  })

  it('does not change a playlist that ends within a variant, or a text that is not a playlist', () => {
    const odd = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=5\n#EXT-X-STREAM-INF:BANDWIDTH=6\n# note'
    expect(filtered(odd, filterOf({}))).to.equal(odd)
    fc.assert(fc.property(fc.string(), (text) => filtered(text, filterOf({})) === text))
  })

  it('never empties a playlist', () => {
    fc.assert(
      fc.property(master, filter, (text, chosen) => {
        expect(uris(filtered(text, chosen))).not.to.have.length(0)
      }),
    )
  })

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(master, filter, (text, chosen) => {
        const once = filtered(text, chosen)
        expect(filtered(once, chosen)).to.equal(once)
      }),
    )
  })

  it('keeps, for twice the pixel ratio, everything that it keeps for the ratio itself', () => {
    const halfRatio = filter.filter(({ pixelRatio }) => pixelRatio >= 0.3 && pixelRatio <= 8)
    fc.assert(
      fc.property(master, halfRatio, (text, chosen) => {
        const bySize = { ...chosen, minBandwidth: 0, maxBandwidth: Number.POSITIVE_INFINITY }
        const before = uris(filtered(text, bySize))
        const after = uris(filtered(text, { ...bySize, pixelRatio: chosen.pixelRatio * 2 }))
        expect(after).to.include.members([...before])
      }),
      { numRuns: 500 },
    )
  })

  it('keeps lines unchanged and, except for those of the first variant, in their order', () => {
    fc.assert(
      fc.property(master, filter, (text, chosen) => {
        const variants = parseMasterPlaylist(text).filter((piece) => typeof piece !== 'string')
        const [start] = parseMasterPlaylist(filtered(text, chosen)).filter(
          (piece) => typeof piece !== 'string',
        )
        const others = variants.filter(({ uri }) => uri !== start?.uri).map((variant) => variant.text)
        const after = filtered(text, chosen)
        let at = -1
        for (const other of others.filter((text) => after.includes(text))) {
          at = after.indexOf(other, at + 1)
          expect(at, other).to.be.at.least(0)
        }
        expect(text.split('\n')).to.include.members(after.split('\n'))
      }),
    )
  })
})
