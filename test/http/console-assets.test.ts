import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { createAssetReply } from '../../src/http/response/asset-reply.ts'
import { exchange } from '../support/exchange.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('scripts and styles of the console', () => {
  let server: TestServer
  const send = (headers: Record<string, string> = {}, method = 'GET') =>
    exchange(`${server.base}/console/assets/watch.js`, { headers, method })

  before(async () => {
    server = await listen(await createMemoryLarder())
  })
  after(() => server.close())

  it('[V65] have the coding that the client accepts, each with its own ETag', async () => {
    const plain = await send()
    expect(plain.headers).not.to.have.property('content-encoding')
    const zipped = await send({ 'accept-encoding': 'gzip' })
    const best = await send({ 'accept-encoding': 'gzip, br' })
    expect(zipped.headers['content-encoding']).to.equal('gzip')
    expect(best.headers['content-encoding']).to.equal('br')
    expect(gunzipSync(zipped.body)).to.deep.equal(plain.body)
    expect(brotliDecompressSync(best.body)).to.deep.equal(plain.body)
    const tags = [plain, zipped, best].map(({ headers }) => headers.etag)
    expect(new Set(tags).size).to.equal(3)
    for (const { headers, body } of [plain, zipped, best]) {
      expect(headers.etag).to.match(/^"[\w-]+"$/)
      expect(headers.vary).to.equal('Accept-Encoding')
      expect(headers['cache-control']).to.equal('no-cache')
      expect(headers['content-length']).to.equal(String(body.length))
    }
  })

  it('[V65] get 304 if the client has the current version', async () => {
    for (const coding of ['identity', 'gzip', 'br']) {
      const { headers } = await send({ 'accept-encoding': coding })
      const revalidated = await send({ 'accept-encoding': coding, 'if-none-match': headers.etag ?? '' })
      expect(revalidated.status).to.equal(304)
      expect(revalidated.body).to.have.length(0)
      expect(revalidated.headers.etag).to.equal(headers.etag)
      expect(revalidated.headers.vary).to.equal('Accept-Encoding')
    }
    expect((await send({ 'if-none-match': '"another"' })).status).to.equal(200)
    expect((await send({ 'if-match': '"another"' })).status).to.equal(412)
  })

  it('[V65] have the same headers for HEAD, and no body', async () => {
    const get = await send({ 'accept-encoding': 'gzip' })
    const head = await send({ 'accept-encoding': 'gzip' }, 'HEAD')
    expect(head.body).to.have.length(0)
    expect(head.headers.etag).to.equal(get.headers.etag)
    expect(head.headers['content-length']).to.equal(get.headers['content-length'])
  })

  it('[V65] are compressed once, even for concurrent requests', async () => {
    const assetReply = createAssetReply(
      { contentType: 'text/javascript', body: Buffer.from('1;'.repeat(9)) },
      () => 0,
    )
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => right(assetReply({ headers: { 'accept-encoding': 'gzip' } }))),
    )
    expect(new Set(replies.map(({ body }) => body)).size).to.equal(1)
  })
})
