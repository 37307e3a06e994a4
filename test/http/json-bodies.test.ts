import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import * as t from 'io-ts'
import { TE } from '../../src/fp.ts'
import { anonymousAuthenticator, bearerAuthenticator } from '../../src/http/request/credential.ts'
import { jsonBody } from '../../src/http/request/json-body.ts'
import type { RouteTools } from '../../src/http/request-listener.ts'
import { jsonReply } from '../../src/http/response/reply.ts'
import { createRouteGroup } from '../../src/http/router.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listenRoutes, type TestServer } from '../support/memory-larder.ts'
import { exchangeRaw, openRaw, rawRequest } from '../support/raw-exchange.ts'
import { undescribed } from '../support/undescribed.ts'

const Tag = t.strict({ name: t.string })
const Note = t.intersection([
  t.strict({ title: t.string }),
  t.exact(t.partial({ tags: t.array(Tag), size: t.union([t.number, t.null]) })),
])

describe('bodies in JSON (§1.4)', () => {
  let server: TestServer
  let strict: TestServer
  let jwt: string
  let larder: Awaited<ReturnType<typeof createMemoryLarder>>

  before(async () => {
    larder = await createMemoryLarder()
    await right(larder.admins.setAdmin('zoë', true))
    jwt = await right(larder.admins.mintIdToken('zoë'))
    const credential = bearerAuthenticator(larder.admins.authenticate)
    const createNotes = ({ handle }: RouteTools) => {
      const routes = createRouteGroup('/api/1/admin/notes')
      routes.on(
        'POST',
        '/:number',
        handle({
          about: undescribed,
          credential,
          params: t.strict({ number: t.union([t.literal('1'), t.literal('2')]) }),
          query: t.partial({ draft: t.literal('1') }),
          body: jsonBody(Note, 1000),
          handler: ({ credential: { sub }, params, query, body }) =>
            TE.right(jsonReply(t.unknown, { sub, ...params, ...query, body }, 201)),
        }),
      )
      routes.on(
        'PUT',
        '/by/:name',
        handle({
          about: undescribed,
          credential,
          params: t.strict({ name: t.literal('zoë') }),
          explainsParams: true,
          handler: ({ params: { name } }) => TE.right(jsonReply(t.unknown, { name })),
        }),
      )
      routes.get(
        '/:number',
        handle({ about: undescribed, credential, handler: () => TE.right(jsonReply(t.unknown, 'a note')) }),
      )
      const open = createRouteGroup('/api/1/open')
      open.on(
        'POST',
        '/:number',
        handle({
          about: undescribed,
          credential: anonymousAuthenticator,
          params: t.strict({ number: t.literal('1') }),
          explainsParams: true,
          query: t.partial({ draft: t.literal('1') }),
          body: jsonBody(Note, 1000),
          handler: ({ body }) => TE.right(jsonReply(t.unknown, body, 201)),
        }),
      )
      return [routes, open]
    }
    server = await listenRoutes(larder, createNotes)
    strict = await listenRoutes(larder, createNotes, {
      bodyBytes: 100,
      requestMilliseconds: 3000,
      replyMilliseconds: 500,
    })
  })
  after(() => Promise.all([server.close(), strict.close()]))

  const send = (
    body: Exclude<RequestInit['body'], undefined>,
    headers: Record<string, string> = {},
    path = '/1',
  ) =>
    server.get(`/api/1/admin/notes${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `bearer ${jwt}`, 'content-type': 'application/json', ...headers },
    })

  const faultsOf = async (response: Response) => {
    expect(response.status).to.equal(422)
    const { detail } = (await response.json()) as { detail: ReadonlyArray<{ loc: ReadonlyArray<string> }> }
    return detail.map(({ loc }) => loc.join('.'))
  }

  it('are decoded, as are path and query', async () => {
    const note = { title: 'ünï', tags: [{ name: 'a' }], size: null }
    const response = await send(JSON.stringify({ ...note, unknown: 1 }), {}, '/2?draft=1')
    expect(response.status).to.equal(201)
    expect(await response.json()).to.deep.equal({ sub: 'zoë', number: '2', draft: '1', body: note })
    for (const type of ['application/json; charset=utf-8', 'Application/JSON'])
      expect((await send('{"title":""}', { 'content-type': type })).status, type).to.equal(201)
  })

  it('cause faults that name their place in the body; faults of query and path name theirs', async () => {
    expect(await faultsOf(await send('{"title":1,"tags":[{"name":"a"},{"name":2}]}'))).to.deep.equal([
      'body.title',
      'body.tags.1.name',
    ])
    expect(await faultsOf(await send('[]'))).to.deep.equal(['body'])
    expect(await faultsOf(await send('{"title":"","size":"big"}'))).to.deep.equal(['body.size'])
    expect(await faultsOf(await send('{"title":1}', {}, '/1?draft=2'))).to.deep.equal(['query.draft'])
    const put = await server.get('/api/1/admin/notes/by/ann', {
      method: 'PUT',
      headers: { authorization: `bearer ${jwt}` },
    })
    expect(await faultsOf(put)).to.deep.equal(['params.name'])
    expect((await send('{"title":""}', {}, '/3')).status, 'a path that hides what exists').to.equal(403)
  })

  it('are named in the message of an error', async () => {
    const messageOf = async (response: Response) => ((await response.json()) as { message: string }).message
    expect(await messageOf(await send('{"title":1}'))).to.equal('the body is invalid')
    expect(await messageOf(await send('{"title":1}', {}, '/1?draft=2'))).to.equal('a parameter is invalid')
  })

  it('and other faults are explained to everyone by a route that reads no token', async () => {
    const open = (path: string, body: string) =>
      server.get(`/api/1/open${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    expect((await open('/1', '{"title":"a"}')).status).to.equal(201)
    expect(await faultsOf(await open('/1', '{"title":1}'))).to.deep.equal(['body.title'])
    expect(await faultsOf(await open('/1?draft=2', '{"title":"a"}'))).to.deep.equal(['query.draft'])
    expect(await faultsOf(await open('/2', '{"title":"a"}'))).to.deep.equal(['params.number'])
  })

  it('are not read if the caller has no token', async () => {
    for (const body of ['{"title":""}', '{"title":1}', 'no JSON'])
      expect((await send(body, { authorization: '' })).status, body).to.equal(401)
    expect((await send('no JSON', { authorization: 'bearer x' })).status).to.equal(403)
  })

  it('get 422 if they would change the prototype, which JSON permits', async () => {
    for (const body of [
      '{"title":"","__proto__":{"isAdmin":true}}',
      '{"title":{"__proto__":1}}',
      '[{"__proto__":null}]',
    ])
      expect(await faultsOf(await send(body)), body).to.deep.equal(['body'])
    expect((await send('{"__proto__":1,}')).status).to.equal(400)
  })

  it('get 400 if they are not JSON', async () => {
    for (const body of ['', '{', '{"title":"a"}}'])
      expect((await send(body === '' ? ' ' : body)).status, body).to.equal(400)
  })

  it('get 400 if they are not UTF-8, so that no character is replaced', async () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1')
    for (const body of [
      bytes('{"title":"\xff"}'),
      bytes('{"title":"\xed\xa0\x80"}'),
      bytes('{"title":"\xc3'),
      Buffer.from('{"title":"a"}', 'utf16le'),
    ])
      expect((await send(body)).status, body.toString('hex')).to.equal(400)
    const replacement = await send('{"title":"\ufffd"}')
    expect(await replacement.json()).to.nested.include({ 'body.title': '\ufffd' })
  })

  it('get 415 for another type or coding; a missing body is a fault of the body', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await send('{"title":""}', { 'content-type': type })).status, type).to.equal(415)
    const zipped = new Uint8Array(gzipSync('{"title":""}'))
    expect((await send(zipped, { 'content-encoding': 'gzip' })).status).to.equal(415)
    expect((await faultsOf(await send(null)))[0]).to.match(/^body/)
  })

  const raw = (headers: ReadonlyArray<string>, body = '') =>
    rawRequest(
      'POST',
      '/api/1/admin/notes/1',
      [`Authorization: bearer ${jwt}`, 'Content-Type: application/json', ...headers],
      body,
    )
  const chunked = (text: string) =>
    raw(['Transfer-Encoding: chunked'], `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`)

  it('get 413 over the limit of the route, with or without Content-Length; the connection stays open where possible', async () => {
    const long = JSON.stringify({ title: 'x'.repeat(1000) })
    expect((await send(long)).status).to.equal(413)
    const { responses } = await exchangeRaw(server.port, chunked(long) + chunked('{"title":""}'), [
      'POST',
      'POST',
    ])
    expect(responses.map(({ status }) => status)).to.deep.equal([413, 201])
    const atLimit = JSON.stringify({ title: 'x'.repeat(1000 - '{"title":""}'.length) })
    expect((await send(atLimit)).status).to.equal(201)
  })

  it('get 413 over the limit of the server, too; bytes after a refusal are discarded up to that limit', async () => {
    const headers = { authorization: `bearer ${jwt}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ title: 'x'.repeat(100) })
    expect((await strict.get('/api/1/admin/notes/1', { method: 'POST', headers, body })).status).to.equal(413)
    const anonymous = rawRequest('POST', '/api/1/admin/notes/1', ['Transfer-Encoding: chunked'])
    for (const start of [raw(['Transfer-Encoding: chunked']), anonymous]) {
      const connection = openRaw(server.port)
      const piece = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`
      connection.send(start + piece.repeat(30))
      await connection.closed
    }
  })

  it('are requested with 100 Continue, once the caller is permitted to send them', async () => {
    const length = '{"title":""}'.length
    const expecting = ['Expect: 100-continue', `Content-Length: ${length}`]
    const connection = openRaw(server.port)
    connection.send(raw(expecting))
    await connection.until((wire) => wire.includes('\r\n\r\n'))
    expect(connection.received().toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
    connection.send('{"title":""}')
    await connection.until((wire) => wire.includes('201 Created'))
    const refused = openRaw(server.port)
    refused.send(rawRequest('POST', '/api/1/admin/notes/1', ['Content-Type: application/json', ...expecting]))
    await refused.until((wire) => wire.includes('\r\n\r\n'))
    expect(refused.received().toString()).to.match(/^HTTP\/1\.1 401 /)
  })

  it('are refused if their sender has lost the right before they arrived', async () => {
    await right(larder.admins.setAdmin('eve', true))
    const eve = await right(larder.admins.mintIdToken('eve'))
    const connection = openRaw(server.port)
    connection.send(
      rawRequest('POST', '/api/1/admin/notes/1', [
        `Authorization: bearer ${eve}`,
        'Content-Type: application/json',
        'Expect: 100-continue',
        'Content-Length: 12',
      ]),
    )
    await connection.until((wire) => wire.includes('100 Continue'))
    await right(larder.admins.setAdmin('eve', false))
    connection.send('{"title":""}')
    await connection.until((wire) => /HTTP\/1\.1 [2-5]/.test(wire.toString()))
    expect(connection.received().toString()).to.match(/\r\nHTTP\/1\.1 403 /)
  })

  it('that arrive slowly do not shorten the deadline of a dependency; a body that stops arriving gets 408', async () => {
    const connection = openRaw(strict.port)
    connection.send(raw(['Content-Length: 12'], '{"tit'))
    await new Promise((resolve) => setTimeout(resolve, 900))
    connection.send('le":""}')
    await connection.until((wire) => wire.includes('201 Created'))
    const stuck = openRaw(strict.port)
    stuck.send(raw(['Content-Length: 12'], '{"tit'))
    await stuck.closed
    expect(stuck.received().toString()).to.match(/^HTTP\/1\.1 408 .*\r\nConnection: close\r\n/s)
  })

  it('are sent to a path whose Allow lists all its methods', async () => {
    const path = '/api/1/admin/notes/1'
    const options = await server.get(path, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).to.deep.equal([204, 'GET, HEAD, POST, OPTIONS'])
    const wrong = await server.get(path, { method: 'DELETE' })
    expect(wrong.status).to.equal(405)
    expect(wrong.headers.get('allow')?.split(', ')).to.have.members(['GET', 'HEAD', 'POST', 'OPTIONS'])
    expect((await server.get(path, { headers: { authorization: `bearer ${jwt}` } })).status).to.equal(200)
  })

  it('are read for a token in the path, too', async () => {
    const response = await server.get('/api/1/~x/admin/notes/1', {
      method: 'POST',
      headers: { authorization: `bearer ${jwt}`, 'content-type': 'application/json' },
      // A stream has no length, so fetch sends it in chunks.
      body: new Blob(['{"title":"a"}']).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(response.status).to.equal(201)
  })
})
