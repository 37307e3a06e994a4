import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import * as t from 'io-ts'
import type { Larder } from '../../src/composition/larder.ts'
import { conflict } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import { bearerAuthenticator } from '../../src/http/request/credential.ts'
import { uploadBody } from '../../src/http/request/upload-body.ts'
import type { RouteTools } from '../../src/http/request-listener.ts'
import { jsonReply } from '../../src/http/response/reply.ts'
import { createRouteGroup } from '../../src/http/router.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listenRoutes, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { openRaw, rawRequest } from '../support/raw-exchange.ts'
import { undescribed } from '../support/undescribed.ts'

const limits = { bodyBytes: 1000, replyMilliseconds: 500, requestMilliseconds: 3000 }
const path = '/api/1/uploads'

describe('a route that reads the stream of a request itself', () => {
  let larder: Larder
  let createAllRoutes: Parameters<typeof listenRoutes>[1]
  let server: TestServer
  let jwt: string
  /** How the streams of failed requests ended. */
  let ends: string[]
  /** The number of bytes that the handler has read. */
  let readBytes: number

  before(async () => {
    larder = await createMemoryLarder()
    await right(larder.admins.setAdmin('zoë', true))
    jwt = await right(larder.admins.mintIdToken('zoë'))
    const credential = bearerAuthenticator(larder.admins.authenticate)
    createAllRoutes = ({ handle }: RouteTools) => {
      const routes = createRouteGroup(path)
      routes.on(
        'POST',
        '/whole',
        handle({
          about: undescribed,
          credential,
          body: uploadBody,
          handler:
            ({ body }) =>
            async () => {
              const hash = createHash('sha256')
              try {
                for await (const piece of body) {
                  hash.update(piece)
                  readBytes += piece.length
                }
              } catch (error) {
                ends.push(String(error))
              }
              return E.right(jsonReply(t.unknown, hash.digest('hex'), 201))
            },
        }),
      )
      routes.on(
        'POST',
        '/first',
        handle({
          about: undescribed,
          credential,
          body: uploadBody,
          handler:
            ({ body }) =>
            async () => {
              for await (const _ of body) break
              return E.left(conflict('one piece is enough'))
            },
        }),
      )
      routes.get(
        '/free',
        handle({ about: undescribed, credential, handler: () => TE.right(jsonReply(t.unknown, 'free')) }),
      )
      return [routes]
    }
    server = await listenRoutes(larder, createAllRoutes, limits)
  })
  beforeEach(() => {
    ends = []
    readBytes = 0
  })
  after(() => server.close())

  const post = (where: string, headers: ReadonlyArray<string>, start = '') =>
    rawRequest('POST', `${path}${where}`, [`Authorization: bearer ${jwt}`, ...headers], start)
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

  it('gets every byte, however long the body is', async () => {
    const bytes = pseudoRandomBytes(3_000_000)
    for (const body of [bytes, new Blob([bytes]).stream()]) {
      const init = { method: 'POST', headers: { authorization: `bearer ${jwt}` }, body, duplex: 'half' }
      const response = await server.get(`${path}/whole`, init as RequestInit)
      expect(response.status).to.equal(201)
      expect(await response.json()).to.equal(sha256(bytes))
    }
  })

  it('has no deadline while bytes arrive, even if the whole body takes longer than a request may', async () => {
    const connection = openRaw(server.port)
    connection.send(post('/whole', ['Content-Length: 8']))
    for (const piece of ['ab', 'cd', 'ef', 'gh']) {
      await sleep(1000)
      connection.send(piece)
    }
    await connection.until((wire) => wire.includes(sha256(Buffer.from('abcdefgh'))))
    expect(connection.received().toString()).to.match(/^HTTP\/1\.1 201 /)
    expect(ends).to.deep.equal([])
  })

  it('does not delay the admission of other requests', async () => {
    const patient = await listenRoutes(larder, createAllRoutes, { inFlight: 1 })
    const connection = openRaw(patient.port)
    connection.send(post('/whole', ['Content-Length: 2'], 'a'))
    for (let i = 0; i < 3; i++) {
      const init = { headers: { authorization: `bearer ${jwt}` } }
      expect((await patient.get(`${path}/free`, init)).status).to.equal(200)
    }
    connection.send('b')
    await connection.until((wire) => wire.includes(sha256(Buffer.from('ab'))))
    await patient.close()
  })

  it('is informed if the client disconnects, or stops sending', async () => {
    const broken = openRaw(server.port)
    broken.send(post('/whole', ['Content-Length: 8'], 'ab'))
    while (readBytes < 2) await sleep(10)
    broken.socket.destroy()
    while (ends.length === 0) await sleep(10)
    const silent = openRaw(server.port)
    silent.send(post('/whole', ['Content-Length: 8'], 'ab'))
    await silent.closed
    while (ends.length === 1) await sleep(10)
    expect(ends[1]).to.include('no byte of the body within 3000 ms')
  })

  it('may reply before the body ends: the client gets its reply, and the rest is not read for ever', async () => {
    const connection = openRaw(server.port)
    connection.send(post('/first', ['Content-Length: 900'], 'x'.repeat(100)))
    await connection.until((wire) => wire.includes('one piece is enough'))
    connection.send('x'.repeat(800))
    connection.send(rawRequest('GET', '/nowhere'))
    await connection.until((wire) => wire.includes('404 Not Found'))
    const endless = openRaw(server.port)
    endless.send(post('/first', ['Content-Length: 9000000'], 'x'.repeat(100)))
    await endless.until((wire) => wire.includes('409 Conflict'))
    endless.send('x'.repeat(1_000_000))
    await endless.closed
  })

  it('does not take a coded body for the file', async () => {
    for (const [coding, status] of [
      ['gzip', 415],
      ['identity', 201],
    ] as const) {
      const headers = { authorization: `bearer ${jwt}`, 'content-encoding': coding }
      const response = await server.get(`${path}/whole`, { method: 'POST', headers, body: 'abc' })
      expect([response.status, readBytes], coding).to.deep.equal([status, status === 415 ? 0 : 3])
    }
  })

  it('reads no body of a caller without a token', async () => {
    const headers = ['Content-Length: 9000000', 'Expect: 100-continue']
    const connection = openRaw(server.port)
    connection.send(rawRequest('POST', `${path}/whole`, headers))
    await connection.closed
    expect(connection.received().toString()).to.match(/^HTTP\/1\.1 401 /)
  })
})
