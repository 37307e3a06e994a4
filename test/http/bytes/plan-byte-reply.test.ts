import { expect } from 'chai'
import fc from 'fast-check'
import type { ConditionalHeaders } from '../../../src/http/bytes/conditional.ts'
import { type ByteReplyPlan, planByteReply } from '../../../src/http/bytes/plan-byte-reply.ts'
import { describeRepresentation } from '../../../src/http/bytes/representation-headers.ts'
import { sha256 } from '../../support/bytes.ts'
import { rangeHeader } from './arbitraries.ts'

const SIZE = 1000
const representation = describeRepresentation({
  contentType: 'video/mp4',
  size: SIZE,
  sha256: sha256(Buffer.alloc(SIZE)),
  lastModified: Date.UTC(2026, 0, 15, 12),
})
const { etag, whole, notModified, rangeNotSatisfiable } = representation
const AT = 'Thu, 15 Jan 2026 12:00:00 GMT'
const BEFORE = 'Thu, 15 Jan 2026 11:59:59 GMT'

const plan = (headers: ConditionalHeaders, method: 'GET' | 'HEAD' = 'GET'): ByteReplyPlan =>
  planByteReply({
    method,
    headers,
    representation,
    clock: () => Date.UTC(2026, 10, 23),
    newBoundary: () => 'B0undary',
  })

/** Formats a reply as one line, for example `206 10-19`. */
const describeReply = ({ status, body }: ByteReplyPlan): string => {
  const text = ({ start, end }: { readonly start: number; readonly end: number }) => `${start}-${end - 1}`
  if (body._tag === 'None') return `${status}`
  return body._tag === 'Range'
    ? `${status} ${text(body.range)}`
    : `${status} ${body.plan.parts.map(({ range }) => text(range)).join(' and ')}`
}

const RANGES: Readonly<Record<string, string>> = {
  none: '200 0-999',
  'bytes=0-': '206 0-999',
  'bytes=10-19': '206 10-19',
  'bytes=-10': '206 990-999',
  'bytes=0-1,5-6': '206 0-1 and 5-6',
  'bytes=0-1,2-6': '206 0-6',
  'bytes=5-2': '200 0-999',
  'items=0-1': '200 0-999',
  'bytes=1000-': '416',
  'bytes=-0': '416',
}

/** The expected result of the preconditions, before the range is evaluated. */
const CONDITIONS: ReadonlyArray<
  readonly [headers: ConditionalHeaders, status: 304 | 412 | 'range' | 'no range']
> = [
  [{}, 'range'],
  [{ 'if-none-match': etag }, 304],
  [{ 'if-none-match': `W/${etag}` }, 304],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': '"x"' }, 'range'],
  [{ 'if-modified-since': AT }, 304],
  [{ 'if-modified-since': BEFORE }, 'range'],
  [{ 'if-none-match': '"x"', 'if-modified-since': AT }, 'range'],
  [{ 'if-match': etag }, 'range'],
  [{ 'if-match': '"x"' }, 412],
  [{ 'if-match': '"x"', 'if-none-match': etag }, 412],
  [{ 'if-unmodified-since': AT }, 'range'],
  [{ 'if-unmodified-since': BEFORE }, 412],
  [{ 'if-range': etag }, 'range'],
  [{ 'if-range': AT }, 'range'],
  [{ 'if-range': `W/${etag}` }, 'no range'],
  [{ 'if-range': '"x"' }, 'no range'],
  [{ 'if-range': BEFORE }, 'no range'],
  [{ 'if-range': '"x"', 'if-none-match': etag }, 304],
]

describe('the plan of a reply with bytes (http-api.md §6)', () => {
  for (const [conditions, outcome] of CONDITIONS) {
    for (const [range, selected] of Object.entries(RANGES)) {
      const headers = range === 'none' ? conditions : { ...conditions, range }
      const expected = outcome === 'range' ? selected : outcome === 'no range' ? '200 0-999' : `${outcome}`

      it(`${JSON.stringify(conditions)} and range ${range}: ${expected}`, () => {
        expect(describeReply(plan(headers))).to.equal(expected)
      })
    }
  }

  it('a 200 has the headers of the whole', () => {
    expect(plan({}).headers).to.equal(whole)
  })

  it('a 206 with one range has its length and position', () => {
    expect(plan({ range: 'bytes=10-19' }).headers).to.deep.equal({
      ...whole,
      'Content-Length': '10',
      'Content-Range': 'bytes 10-19/1000',
    })
  })

  it('a 206 with several ranges has its own type and length, no Content-Range (RFC 9110 §15.3.7.2)', () => {
    const { headers, body } = plan({ range: 'bytes=0-1,5-6' })
    expect(body).to.have.property('_tag', 'Multipart')
    expect(headers).to.deep.equal({
      ...whole,
      'Content-Type': 'multipart/byteranges; boundary=B0undary',
      'Content-Length': body._tag === 'Multipart' ? String(body.plan.contentLength) : '',
    })
  })

  it('304, 412 and 416 have no body, and headers of their own', () => {
    expect(plan({ 'if-none-match': etag })).to.deep.equal({
      status: 304,
      headers: notModified,
      body: { _tag: 'None' },
    })
    expect(plan({ range: 'bytes=1000-' })).to.deep.equal({
      status: 416,
      headers: rangeNotSatisfiable,
      body: { _tag: 'None' },
    })
    expect(plan({ 'if-match': '"x"' })).to.deep.equal({
      status: 412,
      headers: { 'Cache-Control': 'no-store' },
      body: { _tag: 'None' },
    })
  })

  it('a boundary is generated only for a reply with several ranges', () => {
    let generated = 0
    const draw = (range: string | undefined) =>
      planByteReply({
        method: 'GET',
        headers: { range },
        representation,
        clock: () => 0,
        newBoundary: () => `b${++generated}`,
      })
    draw(undefined)
    draw('bytes=0-1')
    expect(generated).to.equal(0)
    draw('bytes=0-1,5-6')
    expect(generated).to.equal(1)
  })

  it('HEAD has the headers of GET, without a body (http-api.md §1.5)', () => {
    const headers = fc.record({
      range: fc.option(rangeHeader(), { nil: undefined }),
      'if-none-match': fc.constantFrom(undefined, etag, '"x"'),
      'if-match': fc.constantFrom(undefined, etag, '"x"'),
      'if-range': fc.constantFrom(undefined, etag, '"x"'),
    })
    fc.assert(
      fc.property(headers, (requestHeaders) => {
        const { status, headers: sent } = plan(requestHeaders)
        expect(plan(requestHeaders, 'HEAD')).to.deep.equal({ status, headers: sent, body: { _tag: 'None' } })
      }),
    )
  })

  it('Content-Length is the length of the body for every request', () => {
    const lengthOf = (body: ByteReplyPlan['body']): number => {
      if (body._tag === 'None') return 0
      return body._tag === 'Range' ? body.range.end - body.range.start : body.plan.contentLength
    }
    fc.assert(
      fc.property(rangeHeader(), (range) => {
        const { headers, body } = plan({ range })
        expect(Number(headers['Content-Length'] ?? 0)).to.equal(lengthOf(body))
      }),
    )
  })
})
