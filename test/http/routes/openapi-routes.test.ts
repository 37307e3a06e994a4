import { expect } from 'chai'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { readApiDocument } from '../../support/openapi/api-document.ts'

describe('GET /openapi.json (§13.5)', () => {
  let server: TestServer

  before(async () => {
    server = await listen(await createMemoryLarder())
  })
  after(() => server.close())

  it('is the document of the docs, for everyone', async () => {
    const reply = await server.get('/openapi.json')
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('content-type')).to.equal('application/json; charset=utf-8')
    expect(reply.headers.get('cache-control')).to.equal('public, max-age=3600')
    expect(reply.headers.get('access-control-allow-origin')).to.equal('*')
    expect(await reply.json(), 'run npm run openapi').to.deep.equal(readApiDocument())
  })

  it('is 304 for a client that has it, and has no body for HEAD', async () => {
    const etag = (await server.get('/openapi.json')).headers.get('etag') ?? ''
    expect(etag).to.match(/^"/)
    const again = await server.get('/openapi.json', { headers: { 'if-none-match': etag } })
    expect(again.status).to.equal(304)
    expect(again.headers.get('etag')).to.equal(etag)
    const head = await server.get('/openapi.json', { method: 'HEAD' })
    expect([head.status, await head.text()]).to.deep.equal([200, ''])
  })

  it('has no other method', async () => {
    const reply = await server.get('/openapi.json', { method: 'POST' })
    expect(reply.status).to.equal(405)
  })
})
