import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { exchangeRaw, openRaw, rawRequest } from '../support/raw-exchange.ts'
import { readResponses } from '../support/strict-responses.ts'

/** Covers every reply that Node writes by itself, each while the body of an earlier reply is being sent. */
describe('no reply of Node is written into another reply [V7]', () => {
  const bytes = pseudoRandomBytes(100_000)
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let first: string

  before(async () => {
    larder = await createMemoryLarder()
    image = await seedImage(larder, [bytes])
    server = await listen(larder)
    first = rawRequest('GET', `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`)
  })
  after(() => server.close())

  const second = async (text: string, methods: ReadonlyArray<string> = ['GET']) => {
    const { responses, rest, isClosed } = await exchangeRaw(server.port, first + text, ['GET', ...methods])
    expect(responses[0]?.status).to.equal(200)
    expect(responses[0]?.body.equals(bytes), 'the body of the reply before').to.equal(true)
    expect(rest).to.have.length(0)
    const reply = responses[1]
    if (reply?.body.length)
      expect(reply.headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    return { status: reply?.status, isClosed, count: responses.length }
  }

  it('Expect: 100-continue gets its final reply without an interim one', async () => {
    const expecting = ['Expect: 100-continue', 'Content-Length: 4']
    const reply = await second(rawRequest('POST', '/healthz', expecting))
    expect(reply).to.deep.equal({ status: 405, isClosed: true, count: 2 })
    expect(await second(rawRequest('GET', '/healthz', ['Expect: 100-continue']))).to.include({ status: 200 })
  })

  it('any other expectation gets 417', async () => {
    const reply = await second(rawRequest('GET', '/healthz', ['Expect: 200-ok']))
    expect(reply).to.deep.equal({ status: 417, isClosed: true, count: 2 })
  })

  it('invalid HTTP gets 400, after the earlier replies', async () => {
    const wrong = [
      'GET\r\n\r\n',
      '\u0000\u0001',
      'GET / HTTP/1.1\nHost: a\n\n',
      'G@T / HTTP/1.1\r\n\r\n',
      'GET / HTTP/3.0\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]
    for (const text of wrong.slice(0, 5))
      expect(await second(text), JSON.stringify(text)).to.include({ status: 400, isClosed: true })
  })

  it('ambiguous framing gets 400', async () => {
    const wrong = [
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      ['Content-Length: 4', 'Content-Length: 5'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding : chunked'],
      ['Content-Length: +4'],
      ['X: a\u0000b'],
    ]
    for (const headers of wrong)
      expect((await second(rawRequest('POST', '/healthz', headers, 'abcd'))).status, headers.join()).to.equal(
        400,
      )
  })

  it('an HTTP/1.1 request must have exactly one Host header', async () => {
    expect(await second('GET /healthz HTTP/1.1\r\n\r\n')).to.include({ status: 400, isClosed: true })
    expect(await second(rawRequest('GET', '/healthz', ['host: b']))).to.include({
      status: 400,
      isClosed: true,
    })
    expect(await second('GET /healthz HTTP/1.0\r\n\r\n')).to.include({ status: 200, isClosed: true })
    expect(await second('GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n')).to.include({
      status: 505,
      isClosed: true,
    })
  })

  it('headers above the limit get 431', async () => {
    const reply = await second(rawRequest('GET', '/healthz', [`X: ${'x'.repeat(20_000)}`]))
    expect(reply).to.include({ status: 431, isClosed: true })
  })

  it('a body above the limit gets 413', async () => {
    const announced = await second(rawRequest('GET', '/healthz', ['Content-Length: 2000000']))
    expect(announced).to.include({ status: 413, isClosed: true })
    const small = await second(rawRequest('GET', '/healthz', ['Content-Length: 4'], 'abcd'))
    expect(small).to.deep.equal({ status: 200, isClosed: false, count: 2 })
  })

  it('CONNECT gets 405, and an upgrade request gets a normal reply', async () => {
    expect(await second(rawRequest('CONNECT', 'a:443'), ['CONNECT'])).to.include({
      status: 405,
      isClosed: true,
    })
    const upgrade = ['Connection: Upgrade', 'Upgrade: h2c']
    expect(await second(rawRequest('GET', '/healthz', upgrade))).to.include({ status: 200 })
  })

  describe('when a request does not arrive completely', () => {
    let strict: TestServer

    before(async () => {
      strict = await listen(larder, undefined, { headerMilliseconds: 400, requestMilliseconds: 800 })
    })
    after(() => strict.close())

    /** Waits for a complete reply first, so that the measured time covers only the incomplete request. */
    const afterFirst = async (text: string, methods: ReadonlyArray<string>) => {
      const connection = openRaw(strict.port)
      connection.send(first)
      await connection.until((wire) => readResponses(wire, ['GET']).responses.length === 1)
      connection.send(text)
      expect(await connection.closed).to.equal(null)
      const { responses, rest } = readResponses(connection.received(), ['GET', ...methods])
      expect(rest).to.have.length(0)
      return responses.slice(1).map(({ status }) => status)
    }

    it('it gets 408; a connection without any request gets no reply', async () => {
      expect(await afterFirst('GET /healthz HTTP/1.1\r\nHost:', ['GET'])).to.deep.equal([408])
      const silent = openRaw(strict.port)
      expect(await silent.closed).to.equal(null)
      expect(silent.received()).to.have.length(0)
    })

    it('because its body is missing or malformed, it gets no second reply', async () => {
      for (const body of ['4\r\nab', 'zz\r\n']) {
        const request = rawRequest('POST', '/healthz', ['Transfer-Encoding: chunked'], body)
        expect(await afterFirst(request, ['POST'])).to.deep.equal([405])
      }
    })

    it('because its body exceeds the limit, the connection is closed', async () => {
      const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`
      const connection = openRaw(server.port)
      connection.send(rawRequest('POST', '/healthz', ['Transfer-Encoding: chunked'], chunk.repeat(30)))
      await connection.closed
      expect(readResponses(connection.received(), ['POST']).responses.length).to.be.at.most(1)
    })
  })
})
