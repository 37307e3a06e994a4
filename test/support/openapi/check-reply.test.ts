import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { createMemoryLarder, listen } from '../memory-larder.ts'
import { readApiDocument } from './api-document.ts'
import { createCheckReply, type SentReply } from './check-reply.ts'

const check = createCheckReply(readApiDocument())

const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

const me: SentReply = {
  method: 'GET',
  url: '/api/1/admin/me',
  status: 200,
  headers: json,
  body: Buffer.from('{"sub":"a","admin":true}'),
}
const withBody = (value: unknown): SentReply => ({ ...me, body: Buffer.from(JSON.stringify(value)) })

const error = { type: 'invalid', message: 'no', markdown: 'no' }

describe('the check of replies', () => {
  it('accepts a described reply, in any coding, and without the body of HEAD', () => {
    expect(check(me)).to.equal(null)
    const body = gzipSync('{"items":{}}')
    const list = { 'accept-ranges': 'bytes', 'content-encoding': 'gzip' }
    expect(
      check({
        ...me,
        url: '/api/1/~eyJ.a.b/image_files/playlist/if_a?presign=query',
        headers: { ...json, ...list },
        body,
      }),
    ).to.equal(null)
    expect(check({ ...me, method: 'HEAD', body: null })).to.equal(null)
    expect(check({ ...withBody(error), status: 403 })).to.equal(null)
    expect(check({ ...withBody({ ...error, type: 'not_found' }), url: '/nothing', status: 404 })).to.equal(
      null,
    )
  })

  it('refuses a member that is not described, that is missing, or has another type', () => {
    expect(check(withBody({ sub: 'a', admin: true, extra: 1 }))).to.include('"additionalProperty":"extra"')
    expect(check(withBody({ sub: 'a' }))).to.include('"missingProperty":"admin"')
    expect(check(withBody({ sub: 1, admin: true }))).to.include('/sub must be string')
  })

  it('refuses a status that is not described', () => {
    expect(check({ ...me, status: 201 })).to.include(
      '201 is not as in docs/openapi.json: an undescribed status',
    )
    expect(check({ ...withBody(error), status: 404 })).to.include('an undescribed status')
  })

  it('refuses a reply without a required header', () => {
    expect(check({ ...me, headers: { 'content-type': 'application/json' } })).to.include(
      'no header Cache-Control',
    )
    expect(check({ ...withBody(error), status: 401 })).to.include('no header WWW-Authenticate')
    expect(check({ ...withBody({ ...error, type: 'unavailable' }), status: 503 })).to.include(
      'no header Retry-After',
    )
  })

  it('refuses another content type, and a body where there is none', () => {
    const text = { ...json, 'content-type': 'text/plain' }
    expect(check({ ...me, headers: text })).to.include('the content type text/plain')
    expect(check({ ...me, method: 'PUT', url: '/api/1/admin/admins/a', status: 204 })).to.include(
      'a body of type application/json',
    )
  })

  it('refuses an error that is not in the table of errors', () => {
    expect(check({ ...withBody({ ...error, type: 'teapot' }), status: 403 })).to.include(
      '/type must be equal',
    )
    expect(check({ ...withBody({ ...error, stack: 'at …' }), status: 500 })).to.include('"stack"')
    expect(check({ ...me, url: '/nothing', status: 200 })).to.include('a reply of an undescribed route')
  })

  it('makes the test fail whose server sends such a reply', async () => {
    const larder = await createMemoryLarder()
    const health = { examine: async () => ({ status: 'fine', findings: [] }) } as unknown as Larder['health']
    const server = await listen({ ...larder, health })
    const sent = await server.get('/readyz').catch((failure: Error) => failure.message)
    expect(sent).to.match(/GET \/readyz 200 is not as in docs\/openapi\.json: \/status must be equal/)
    await fetch(`${server.base}/readyz`)
    const closed = await server.close().catch((failure: Error) => failure.message)
    expect(closed).to.include('GET /readyz 200')
  })
})
