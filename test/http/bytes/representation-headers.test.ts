import { expect } from 'chai'
import { defaultPublicCaching, publicByteHeaders } from '../../../src/http/bytes/public-caching.ts'
import {
  describeRepresentation,
  type RepresentationFacts,
} from '../../../src/http/bytes/representation-headers.ts'
import { sha256 } from '../../support/bytes.ts'

const facts: RepresentationFacts = {
  contentType: 'video/mp4',
  size: 11,
  sha256: sha256(Buffer.from('hello world')),
  lastModified: Date.UTC(2026, 0, 15, 12, 0, 0, 789),
}

describe('headers of a representation', () => {
  it('private bytes: http-api.md §6.2 and §6.3', () => {
    expect(describeRepresentation(facts).whole).to.deep.equal({
      'Content-Type': 'video/mp4',
      'Content-Length': '11',
      'Accept-Ranges': 'bytes',
      ETag: '"uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"',
      'Cache-Control': 'private, max-age=31536000, immutable',
      'No-Vary-Search': 'params=("jwt")',
      'Last-Modified': 'Thu, 15 Jan 2026 12:00:00 GMT',
      'Repr-Digest': 'sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  it('shared caches may store public bytes, whose URL has no token', () => {
    const { whole } = describeRepresentation(facts, publicByteHeaders(defaultPublicCaching, 'cf_a'))
    expect(whole).to.have.property('Cache-Control', 'public, max-age=3600')
    expect(whole).not.to.have.property('No-Vary-Search')
  })

  it('the ETag depends only on the bytes', () => {
    const { etag } = describeRepresentation(facts)
    expect(describeRepresentation({ ...facts, lastModified: 0, contentType: 'a/b' }, {}).etag).to.equal(etag)
    expect(describeRepresentation({ ...facts, sha256: sha256(Buffer.from('else')) }).etag).not.to.equal(etag)
  })

  it('omits an unknown date', () => {
    const { whole, lastModified } = describeRepresentation({ ...facts, lastModified: undefined })
    expect(whole).not.to.have.property('Last-Modified')
    expect(lastModified).to.equal(undefined)
  })

  for (const contentType of ['image/svg+xml', 'image/svg+xml; charset=utf-8', 'Image/SVG+XML']) {
    it(`an SVG cannot run scripts (http-api.md §4.3, W29): ${contentType}`, () => {
      expect(describeRepresentation({ ...facts, contentType }).whole).to.have.property(
        'Content-Security-Policy',
        "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      )
    })
  }

  it('a 304 repeats only ETag and the headers for caches (RFC 9110 §15.4.5)', () => {
    expect(describeRepresentation(facts).notModified).to.deep.equal({
      ETag: '"uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"',
      'Cache-Control': 'private, max-age=31536000, immutable',
      'No-Vary-Search': 'params=("jwt")',
    })
  })

  it('a 416 contains the size, and is not cacheable (RFC 9110 §15.5.17)', () => {
    expect(describeRepresentation(facts).rangeNotSatisfiable).to.deep.equal({
      'Content-Range': 'bytes */11',
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-store',
    })
  })
})
