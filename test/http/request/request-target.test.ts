import { expect } from 'chai'
import { parseRequestTarget } from '../../../src/http/request/request-target.ts'
import { type SeededImage, seedImage } from '../../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-exchange.ts'

describe('the request target (§1.4) [V5]', () => {
  let server: TestServer
  let image: SeededImage
  let list: string

  before(async () => {
    const larder = await createMemoryLarder()
    image = await seedImage(larder)
    server = await listen(larder)
    list = `/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}`
  })
  after(() => server.close())

  const send = async (target: string, method = 'GET') => {
    const { responses } = await exchangeRaw(server.port, rawRequest(method, target), [method])
    const [response] = responses
    return { status: response?.status, body: response?.body.toString() }
  }

  it('gets 400, never 500, if it is neither a path nor an http URL', async () => {
    const targets = [
      'http://[::1/',
      'http://a:99999999/',
      'http:///x',
      'ftp://a/',
      'a:b',
      '*',
      'healthz',
      '?x',
      '/a#b',
      'http://a/#b',
      'http://a\\b/',
      'http://a:b:c/',
    ]
    for (const target of targets) {
      const { status, body } = await send(target)
      expect(status, target).to.equal(400)
      // Node's parser rejects some of these requests itself, and its replies have no body.
      if (body !== '') expect(JSON.parse(body ?? ''), target).to.include({ type: 'bad_request' })
    }
  })

  it('may be an http URL; routes and replay use its path and query', async () => {
    const plain = await send(list)
    expect(plain.status).to.equal(200)
    for (const origin of ['http://a', 'https://media.example.com:8443', 'HTTP://user@[::1]:80'])
      for (let time = 0; time < 2; time += 1) expect(await send(`${origin}${list}`)).to.deep.equal(plain)
    expect((await send('http://a')).status).to.equal((await send('/')).status)
    expect((await send('http://a?x=1')).status).to.equal((await send('/?x=1')).status)
  })

  it('may be * only for OPTIONS', async () => {
    expect((await send('*', 'OPTIONS')).status).to.equal(204)
    expect((await send('*', 'HEAD')).status).to.equal(400)
  })

  it('is never normalised, so that a path means the same in both forms', () => {
    for (const path of ['/a/../b', '/a%2e/b', '//x/y', '/%zz', '/a?b=c?d', '/\\'])
      expect(parseRequestTarget('GET', path)).to.equal(path)
    for (const path of ['/a/../b', '/a%2e/b', '//x/y', '/%zz', '/a?b=c?d'])
      expect(parseRequestTarget('GET', `http://h${path}`)).to.equal(path)
  })
})
