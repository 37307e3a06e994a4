import { expect } from 'chai'
import fc from 'fast-check'
import {
  type ConditionalHeaders,
  type ConditionOutcome,
  evaluateConditions,
} from '../../../src/http/bytes/conditional.ts'
import { formatHttpDate } from '../../../src/http/bytes/http-date.ts'

const LAST_MODIFIED = Date.UTC(2026, 0, 15, 12) / 1000
const ETAG = '"a1,b2"'
const at = formatHttpDate(LAST_MODIFIED)
const before = formatHttpDate(LAST_MODIFIED - 1)
const after = formatHttpDate(LAST_MODIFIED + 1)

const decide = (
  headers: ConditionalHeaders,
  lastModified: number | undefined = LAST_MODIFIED,
): ConditionOutcome => evaluateConditions(headers, { etag: ETAG, lastModified }, () => Date.UTC(2026, 10, 23))

const table: ReadonlyArray<
  readonly [promise: string, headers: ConditionalHeaders, decision: ConditionOutcome]
> = [
  ['no condition', {}, 'send'],

  ['If-None-Match: the tag', { 'if-none-match': ETAG }, 'not-modified'],
  ['If-None-Match compares weakly', { 'if-none-match': `W/${ETAG}` }, 'not-modified'],
  ['If-None-Match: *', { 'if-none-match': '*' }, 'not-modified'],
  ['If-None-Match: a list that contains it', { 'if-none-match': `"x" , W/"y",, ${ETAG}` }, 'not-modified'],
  ['If-None-Match: another tag', { 'if-none-match': '"x"' }, 'send'],
  ['If-None-Match: empty', { 'if-none-match': '' }, 'send'],
  ['If-None-Match: the tag without quotes', { 'if-none-match': 'a1,b2' }, 'send'],
  ['If-None-Match: the tag inside another', { 'if-none-match': '"x\ta1,b2"' }, 'send'],
  ['If-None-Match: a star in a list has no meaning', { 'if-none-match': '"x", *' }, 'send'],
  ['If-None-Match: a lower-case w does not mark a weak tag', { 'if-none-match': `w/${ETAG}` }, 'send'],
  ['If-None-Match: the tag after a syntax error is not read', { 'if-none-match': `x, ${ETAG}` }, 'send'],

  ['If-Modified-Since: that second', { 'if-modified-since': at }, 'not-modified'],
  ['If-Modified-Since: later', { 'if-modified-since': after }, 'not-modified'],
  ['If-Modified-Since: a second before', { 'if-modified-since': before }, 'send'],
  ['If-Modified-Since: an invalid date is ignored', { 'if-modified-since': '2026-01-15' }, 'send'],
  [
    'If-Modified-Since in the form of RFC 850',
    { 'if-modified-since': 'Thursday, 15-Jan-26 12:00:00 GMT' },
    'not-modified',
  ],
  [
    'If-None-Match overrides If-Modified-Since, and sends',
    { 'if-none-match': '"x"', 'if-modified-since': after },
    'send',
  ],
  [
    'If-None-Match overrides If-Modified-Since, and does not send',
    { 'if-none-match': ETAG, 'if-modified-since': before },
    'not-modified',
  ],

  ['If-Match: the tag', { 'if-match': ETAG }, 'send'],
  ['If-Match: *', { 'if-match': '*' }, 'send'],
  ['If-Match: a list that contains it', { 'if-match': `"x", ${ETAG}` }, 'send'],
  ['If-Match compares strongly', { 'if-match': `W/${ETAG}` }, 'precondition-failed'],
  ['If-Match: another tag', { 'if-match': '"x"' }, 'precondition-failed'],
  ['If-Match: a syntax error', { 'if-match': 'x' }, 'precondition-failed'],
  ['If-Unmodified-Since: that second', { 'if-unmodified-since': at }, 'send'],
  ['If-Unmodified-Since: a second before', { 'if-unmodified-since': before }, 'precondition-failed'],
  ['If-Unmodified-Since: an invalid date is ignored', { 'if-unmodified-since': 'x' }, 'send'],
  ['If-Match overrides If-Unmodified-Since', { 'if-match': ETAG, 'if-unmodified-since': before }, 'send'],
  [
    'If-Match comes before If-None-Match',
    { 'if-match': '"x"', 'if-none-match': ETAG },
    'precondition-failed',
  ],
  [
    'If-Unmodified-Since comes before If-None-Match',
    { 'if-unmodified-since': before, 'if-none-match': ETAG },
    'precondition-failed',
  ],
  [
    'If-None-Match is evaluated after an If-Match that is true',
    { 'if-match': ETAG, 'if-none-match': ETAG },
    'not-modified',
  ],

  ['If-Range: the tag', { range: 'bytes=0-1', 'if-range': ETAG }, 'send'],
  ['If-Range: a weak tag never matches', { range: 'bytes=0-1', 'if-range': `W/${ETAG}` }, 'ignore-range'],
  ['If-Range: another tag', { range: 'bytes=0-1', 'if-range': '"x"' }, 'ignore-range'],
  ['If-Range: a list is invalid', { range: 'bytes=0-1', 'if-range': `"x", ${ETAG}` }, 'ignore-range'],
  ['If-Range: * is invalid', { range: 'bytes=0-1', 'if-range': '*' }, 'ignore-range'],
  ['If-Range: the date', { range: 'bytes=0-1', 'if-range': at }, 'send'],
  ['If-Range: a later date does not match', { range: 'bytes=0-1', 'if-range': after }, 'ignore-range'],
  ['If-Range: an earlier date does not match', { range: 'bytes=0-1', 'if-range': before }, 'ignore-range'],
  ['If-Range without Range is ignored', { 'if-range': '"x"' }, 'send'],
  ['If-Range comes last', { range: 'bytes=0-1', 'if-range': '"x"', 'if-none-match': ETAG }, 'not-modified'],
]

describe('preconditions (http-api.md §6.2, RFC 9110 §13)', () => {
  for (const [promise, headers, decision] of table) {
    it(`${promise}: ${decision}`, () => {
      expect(decide(headers)).to.equal(decision)
    })
  }

  it('ignores dates if the representation has none', () => {
    const decideUndated = (headers: ConditionalHeaders) =>
      evaluateConditions(headers, { etag: ETAG }, () => Date.UTC(2026, 10, 23))
    expect(decideUndated({ 'if-modified-since': after })).to.equal('send')
    expect(decideUndated({ 'if-unmodified-since': before })).to.equal('send')
    expect(decideUndated({ range: 'bytes=0-1', 'if-range': at })).to.equal('ignore-range')
  })

  const opaque = fc
    .string({ unit: fc.constantFrom(...'ab,W/* !') })
    .map((text) => `"${text.replaceAll(' ', '')}"`)
  const tag = fc.tuple(fc.constantFrom('', 'W/'), opaque)

  it('sends, for If-None-Match with any list, unless the tag is in the list', () => {
    fc.assert(
      fc.property(
        fc.array(tag, { minLength: 1 }),
        opaque,
        fc.constantFrom(',', ', ', ' ,', ',,'),
        (tags, etag, comma) => {
          const header = tags.map(([weak, text]) => weak + text).join(comma)
          const listed = tags.some(([, text]) => text === etag)
          expect(evaluateConditions({ 'if-none-match': header }, { etag }, () => 0)).to.equal(
            listed ? 'not-modified' : 'send',
          )
        },
      ),
    )
  })

  it('fails, for If-Match with any list, unless the tag is in the list and strong', () => {
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), opaque, (tags, etag) => {
        const header = tags.map(([weak, text]) => weak + text).join(', ')
        const listed = tags.some(([weak, text]) => weak === '' && text === etag)
        expect(evaluateConditions({ 'if-match': header }, { etag }, () => 0)).to.equal(
          listed ? 'send' : 'precondition-failed',
        )
      }),
    )
  })

  it('follows the order of §13.2.2 for any combination', () => {
    const some = <A>(...values: ReadonlyArray<A>) => fc.constantFrom(undefined, ...values)
    const headers = fc.record({
      range: some('bytes=0-1'),
      'if-match': some(ETAG, '"x"'),
      'if-unmodified-since': some(before, at, 'x'),
      'if-none-match': some(ETAG, '"x"'),
      'if-modified-since': some(before, at, 'x'),
      'if-range': some(ETAG, '"x"', at, before),
    })
    // The steps are those of the RFC, in its numbering.
    const decideByRfc = (h: ConditionalHeaders): ConditionOutcome => {
      const step1 = h['if-match'] === undefined ? undefined : h['if-match'] === ETAG
      const step2 = step1 === undefined && h['if-unmodified-since'] === before ? false : undefined
      if (step1 === false || step2 === false) return 'precondition-failed'
      const step3 = h['if-none-match'] === undefined ? undefined : h['if-none-match'] !== ETAG
      const step4 = step3 === undefined && h['if-modified-since'] === at ? false : undefined
      if (step3 === false || step4 === false) return 'not-modified'
      const step5 = h.range !== undefined && h['if-range'] !== undefined
      return step5 && h['if-range'] !== ETAG && h['if-range'] !== at ? 'ignore-range' : 'send'
    }
    fc.assert(
      fc.property(headers, (h) => {
        expect(decide(h)).to.equal(decideByRfc(h))
      }),
      { numRuns: 1000 },
    )
  })

  it('parses a hostile list quickly', () => {
    const blanks = `"x"${' '.repeat(1_000_000)}!`
    const tags = `${'"x",'.repeat(250_000)}!`
    expect([blanks, tags].map((header) => decide({ 'if-none-match': header }))).to.deep.equal([
      'send',
      'send',
    ])
  })
})
