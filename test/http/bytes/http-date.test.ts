import { expect } from 'chai'
import fc from 'fast-check'
import { formatHttpDate, parseHttpDate } from '../../../src/http/bytes/http-date.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const parse = (text: string, now = NOW) => parseHttpDate(text, () => now)

const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Formats one moment in the three formats, from an ISO date without the code under test. */
const formsOf = (seconds: number) => {
  const date = new Date(seconds * 1000)
  const [, day = '', month = '', year = ''] = date.toUTCString().split(' ')
  const time = date.toISOString().slice(11, 19)
  const weekday = LONG_DAYS[date.getUTCDay()] ?? ''
  return {
    imf: `${weekday.slice(0, 3)}, ${day} ${month} ${year} ${time} GMT`,
    rfc850: `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    asctime: `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
  }
}

describe('HTTP-date (RFC 9110 §5.6.7)', () => {
  it('parses the three examples of the RFC as the same moment', () => {
    const moment = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000
    expect(parse('Sun, 06 Nov 1994 08:49:37 GMT')).to.equal(moment)
    expect(parse('Sunday, 06-Nov-94 08:49:37 GMT')).to.equal(moment)
    expect(parse('Sun Nov  6 08:49:37 1994')).to.equal(moment)
  })

  it('parses any second of a century in each format', () => {
    const seconds = fc.integer({ min: Date.UTC(1977) / 1000, max: Date.UTC(2076) / 1000 })
    fc.assert(
      fc.property(seconds, (moment) => {
        const { imf, rfc850, asctime } = formsOf(moment)
        expect([imf, rfc850, asctime].map((text) => parse(text))).to.deep.equal([moment, moment, moment])
        expect(formatHttpDate(moment)).to.equal(imf)
      }),
      { numRuns: 1000 },
    )
  })

  it('resolves a two-digit year more than 50 years ahead to the past', () => {
    expect(parse('Monday, 23-Nov-76 12:00:00 GMT')).to.equal(Date.UTC(2076, 10, 23, 12) / 1000)
    expect(parse('Monday, 23-Nov-76 12:00:01 GMT')).to.equal(Date.UTC(1976, 10, 23, 12, 0, 1) / 1000)
    expect(parse('Monday, 01-Jan-01 00:00:00 GMT', Date.UTC(2099))).to.equal(Date.UTC(2101) / 1000)
  })

  it('supports leap days and leap seconds', () => {
    expect(parse('Thu, 29 Feb 2024 00:00:00 GMT')).to.equal(Date.UTC(2024, 1, 29) / 1000)
    expect(parse('Sat, 31 Dec 2016 23:59:60 GMT')).to.equal(Date.UTC(2017) / 1000)
  })

  const noDates = [
    '',
    'yesterday',
    '1994-11-06T08:49:37Z',
    '784111777',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Son, 06 Nov 1994 08:49:37 GMT',
    'Sun,  06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 2023 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 08:49:37 1994 GMT',
    'Sun, 06-Nov-94 08:49:37 GMT',
  ]
  for (const text of noDates) {
    it(`rejects ${JSON.stringify(text)}`, () => {
      expect(parse(text)).to.equal(undefined)
    })
  }
})
