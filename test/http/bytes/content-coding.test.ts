import { expect } from 'chai'
import fc from 'fast-check'
import { type ContentCoding, chooseCoding } from '../../../src/http/bytes/content-coding.ts'

const table: ReadonlyArray<readonly [why: string, header: string | undefined, chosen: ContentCoding]> = [
  ['no header is not a wish', undefined, 'identity'],
  ['an empty header accepts nothing else', '', 'identity'],
  ['what browsers send: a tie falls to the better coding', 'gzip, deflate, br', 'br'],
  ['what browsers send today', 'gzip, deflate, br, zstd', 'br'],
  ['gzip alone', 'gzip', 'gzip'],
  ['by its old name', 'x-gzip', 'gzip'],
  ['in any case', 'GZip;Q=0.5', 'gzip'],
  ['the heavier one wins', 'gzip, br;q=0.9', 'gzip'],
  ['however light, if it stands alone', 'gzip;q=0.001', 'gzip'],
  ['refused', 'gzip;q=0, br;q=0.000', 'identity'],
  ['unknown ones only', 'deflate, zstd', 'identity'],
  ['anything', '*', 'br'],
  ['anything but', '*, br;q=0', 'gzip'],
  ['nothing but', '*;q=0, gzip', 'gzip'],
  ['by name before by star', 'br;q=0.1, *;q=0.5', 'gzip'],
  ['plain preferred', 'identity, gzip;q=0.5', 'identity'],
  ['plain no better', 'identity, gzip', 'gzip'],
  ['plain refused', 'identity;q=0, gzip;q=0.1', 'gzip'],
  ['all refused: plain, by leave of RFC 9110 §12.4.1', 'identity;q=0, *;q=0', 'identity'],
  ['white space around everything', ' \tgzip ; q=0.5 \t,  br ;q=0.4', 'gzip'],
  ['a weight that is none', 'gzip;q=high, br;q=2', 'identity'],
  ['a weight of too many digits', 'gzip;q=0.1234', 'identity'],
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
