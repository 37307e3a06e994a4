import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Clip,
  isSegmentInClipPlaylist,
  isUnrestricted,
  permitsExport,
  permitsPart,
  type TimeSpan,
} from '../../../src/domain/access/restrictions.ts'

const part = { uid: 'cfe_a', height: 720, format: 'm3u8' as const, span: { start: 6, end: 12 } }

const seconds = fc.integer({ min: 0, max: 100_000 }).map((milliseconds) => milliseconds / 1000)
const rising = fc
  .tuple(seconds, seconds)
  .filter(([a, b]) => a !== b)
  .map(([a, b]): readonly [number, number] => [Math.min(a, b), Math.max(a, b)])
const clip: fc.Arbitrary<Clip> = rising
const span: fc.Arbitrary<TimeSpan> = rising.map(([start, end]) => ({ start, end }))

describe('restrictions (http-api.md §2.4)', () => {
  it('permit everything if there are no restrictions', () => {
    expect(isUnrestricted({})).to.equal(true)
    expect(permitsPart({}, part)).to.equal(true)
    for (const one of [{ maxh: 1 }, { clip: [0, 1] as const }, { exports: [] }])
      expect(isUnrestricted(one)).to.equal(false)
  })

  it('permit an export that is not too high and is in the list of exports', () => {
    expect(permitsExport({ maxh: 720 }, part)).to.equal(true)
    expect(permitsExport({ maxh: 719 }, part)).to.equal(false)
    expect(permitsExport({ maxh: 1 }, { uid: 'cfe_sound', height: null })).to.equal(true)
    expect(permitsExport({ exports: ['cfe_a'] }, part)).to.equal(true)
    expect(permitsExport({ exports: ['cfe_b'], maxh: 720 }, part)).to.equal(false)
  })

  it('permit parts that overlap the clip, but not those that only touch it', () => {
    expect(permitsPart({ clip: [7, 8] }, part)).to.equal(true)
    expect(permitsPart({ clip: [0, 6] }, part)).to.equal(false)
    expect(permitsPart({ clip: [12, 20] }, part)).to.equal(false)
    expect(permitsPart({ clip: [100, 200] }, { ...part, span: null })).to.equal(true)
  })

  it('permit a film in one part only if the clip covers the whole film', () => {
    const whole = { ...part, format: 'mp4' as const, span: { start: 0, end: 24.0004 } }
    expect(permitsPart({ clip: [0, 24] }, whole)).to.equal(true)
    expect(permitsPart({ clip: [0, 23.9] }, whole)).to.equal(false)
    expect(permitsPart({ clip: [0.1, 30] }, whole)).to.equal(false)
  })

  it('permit every part that a playlist names, although its times are rounded', () => {
    const error = fc.double({ min: -1e-4, max: 1e-4, noNaN: true })
    fc.assert(
      fc.property(clip, span, error, error, (clip, { start, end }, early, late) => {
        fc.pre(isSegmentInClipPlaylist(clip, { start, end }))
        expect(permitsPart({ clip }, { ...part, span: { start: start + early, end: end + late } })).to.equal(
          true,
        )
      }),
    )
  })

  it('never permit more when a restriction is added', () => {
    const restrictions = fc.record(
      { maxh: fc.integer({ min: 1, max: 1500 }), clip, exports: fc.subarray(['cfe_a', 'cfe_b']) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(restrictions, restrictions, span, (some, more, span) => {
        const facts = { ...part, span }
        if (permitsPart({ ...some, ...more }, facts)) expect(permitsPart(more, facts)).to.equal(true)
      }),
    )
  })
})
