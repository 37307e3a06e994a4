import { expect } from 'chai'
import fc from 'fast-check'
import { type ContentCoding, chooseCoding } from '../../../src/http/request/accept-encoding.ts'

const table: ReadonlyArray<readonly [why: string, header: string | undefined, chosen: ContentCoding]> = [
  ['no header: no preference', undefined, 'identity'],
  ['an empty header accepts only identity', '', 'identity'],
  ['browsers: equal weights select the better coding', 'gzip, deflate, br', 'br'],
  ['current browsers', 'gzip, deflate, br, zstd', 'br'],
  ['only gzip', 'gzip', 'gzip'],
  ['gzip by its old name', 'x-gzip', 'gzip'],
  ['any letter case', 'GZip;Q=0.5', 'gzip'],
  ['the higher weight is selected', 'gzip, br;q=0.9', 'gzip'],
  ['a single coding is selected with any weight', 'gzip;q=0.001', 'gzip'],
  ['weights of 0 exclude codings', 'gzip;q=0, br;q=0.000', 'identity'],
  ['only unknown codings', 'deflate, zstd', 'identity'],
  ['a star', '*', 'br'],
  ['a star, without br', '*, br;q=0', 'gzip'],
  ['only gzip, by a star of weight 0', '*;q=0, gzip', 'gzip'],
  ['a named coding overrides the star', 'br;q=0.1, *;q=0.5', 'gzip'],
  ['identity with a higher weight', 'identity, gzip;q=0.5', 'identity'],
  ['identity with an equal weight', 'identity, gzip', 'gzip'],
  ['identity excluded', 'identity;q=0, gzip;q=0.1', 'gzip'],
  ['all excluded: identity, which RFC 9110 §12.4.1 permits', 'identity;q=0, *;q=0', 'identity'],
  ['white space around all elements', ' \tgzip ; q=0.5 \t,  br ;q=0.4', 'gzip'],
  ['an invalid weight', 'gzip;q=high, br;q=2', 'identity'],
  ['a weight with too many digits', 'gzip;q=0.1234', 'identity'],
]

describe('content coding (http-api.md §7.1, W9, RFC 9110 §12.5.3)', () => {
  for (const [why, header, chosen] of table) {
    it(`${why}: ${JSON.stringify(header)} gets ${chosen}`, () => {
      expect(chooseCoding(header, ['br', 'gzip'])).to.equal(chosen)
    })
  }

  it('selects only offered codings', () => {
    expect(chooseCoding('gzip, br', ['gzip'])).to.equal('gzip')
    expect(chooseCoding('br', ['gzip'])).to.equal('identity')
    expect(chooseCoding('gzip', [])).to.equal('identity')
  })

  it('never selects a coding that the client does not accept', () => {
    const coding = fc.constantFrom('br', 'gzip', 'identity', 'deflate', '*')
    const weight = fc.constantFrom('', ';q=0', ';q=0.3', ';q=0.7', ';q=1')
    const header = fc.uniqueArray(fc.tuple(coding, weight), { selector: ([name]) => name })
    fc.assert(
      fc.property(header, (members) => {
        const chosen = chooseCoding(members.map((member) => member.join('')).join(', '), ['br', 'gzip'])
        if (chosen === 'identity') return
        const named = members.find(([name]) => name === chosen) ?? members.find(([name]) => name === '*')
        expect(named?.[1]).to.be.a('string').and.not.equal(';q=0')
      }),
    )
  })

  it('survives any header', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'brgzip,;q=01."\\ *') }), (header) => {
        expect(['br', 'gzip', 'identity']).to.include(chooseCoding(header, ['br', 'gzip']))
      }),
    )
  })
})
