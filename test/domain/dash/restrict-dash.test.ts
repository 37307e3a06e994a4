import { expect } from 'chai'
import fc from 'fast-check'
import { toDashManifest } from '../../../src/domain/dash/dash-manifest.ts'
import { restrictDash } from '../../../src/domain/dash/restrict-dash.ts'
import type { ContentFile, VodParts } from '../../../src/domain/media/content-export.ts'
import { O } from '../../../src/fp.ts'
import { contentFile, vodParts } from '../../support/vod-arbitraries.ts'

/** A file whose exports all have the same segments. */
const fileWithVods = fc
  .record({ file: contentFile(), vod: vodParts(12).filter(({ parts }) => parts[0]?.role === 'init') })
  .map(({ file, vod }) => ({ file, vods: file.exports.map(({ uid }) => ({ ...vod, exportUid: uid })) }))

const write = (file: ContentFile, vods: ReadonlyArray<VodParts>): string | null =>
  O.toNullable(toDashManifest(file, vods))

const maxh = fc.constantFrom(100, 240, 360, 480, 720, 1080, 1280)

describe('a DASH manifest for an attenuated token (http-api.md §2.4)', () => {
  it('is the manifest of the exports that the token permits', () => {
    fc.assert(
      fc.property(fileWithVods, maxh, ({ file, vods }, maxh) => {
        const whole = write(file, vods)
        if (whole === null) return
        const exports = file.exports.filter(({ video }) => video === null || video.height <= maxh)
        expect(restrictDash(whole, { maxh })).to.equal(write({ ...file, exports }, vods))
        const uids = exports.map(({ uid }) => uid)
        expect(restrictDash(whole, { exports: uids })).to.equal(write({ ...file, exports }, vods))
      }),
    )
  })

  it('has as many parts as its timeline has entries, whatever the clip', () => {
    const clip = fc
      .tuple(fc.nat(40), fc.integer({ min: 1, max: 40 }))
      .map(([from, length]) => [from, from + length] as const)
    fc.assert(
      fc.property(fileWithVods, clip, ({ file, vods }, clip) => {
        const clipped = restrictDash(write(file, vods) ?? '', { clip })
        for (const [text] of (clipped ?? '').matchAll(/<Representation .*?<\/Representation>/g)) {
          expect(text.match(/<SegmentURL /g) ?? []).to.have.length(text.match(/<S /g)?.length ?? 0)
          expect(text).to.match(/<S t="\d+" d=/)
        }
        for (const [set] of (clipped ?? '').matchAll(/<AdaptationSet .*?<\/AdaptationSet>/g)) {
          const [ofSet, ...others] = [...set.matchAll(/<SegmentTimeline>.*?<\/SegmentTimeline>/g)].map(String)
          for (const timeline of others) expect(timeline).to.equal(ofSet)
        }
      }),
    )
  })

  it('does not exist without a manifest', () => {
    expect(restrictDash('', { maxh: 1 })).to.equal(null)
    expect(restrictDash('', { clip: [0, 1] })).to.equal(null)
  })
})
