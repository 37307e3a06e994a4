import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { expect } from 'chai'
import type { ByteStream } from '../../../src/domain/media/bytes.ts'
import { multipartBody } from '../../../src/http/bytes/multipart-byteranges.ts'
import { planByteReply } from '../../../src/http/bytes/plan-byte-reply.ts'
import { describeRepresentation } from '../../../src/http/bytes/representation-headers.ts'
import { inChunks, sha256 } from '../../support/bytes.ts'

const bytes = randomBytes(1000)
const representation = describeRepresentation({
  contentType: 'video/mp4',
  size: bytes.length,
  sha256: sha256(bytes),
  lastModified: Date.UTC(2026, 0, 15, 12),
})

describe('a planned reply over a socket', () => {
  let server: Server
  let url: string

  before(async () => {
    server = createServer(async (req, res) => {
      const { status, headers, body } = planByteReply({
        method: req.method === 'HEAD' ? 'HEAD' : 'GET',
        headers: req.headers,
        representation,
        clock: () => Date.UTC(2026, 10, 23),
        newBoundary: () => 'B0undary',
      })
      res.writeHead(status, headers)
      const open = async ({
        start,
        end,
      }: {
        readonly start: number
        readonly end: number
      }): Promise<ByteStream> => inChunks(bytes.subarray(start, end), 97)
      if (body._tag === 'Range') for await (const chunk of await open(body.range)) res.write(chunk)
      if (body._tag === 'Multipart')
        for await (const chunk of multipartBody(body.plan, open)) res.write(chunk)
      res.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/film.mp4`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const send = async (headers: Readonly<Record<string, string>>, method = 'GET') => {
    const response = await fetch(url, { headers, method })
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    }
  }

  /** Returns the headers without those that depend on the connection or the time. */
  const stable = (headers: Headers) =>
    [...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name))

  it('carries the whole representation, with a correct digest', async () => {
    const { status, headers, body } = await send({})
    expect(status).to.equal(200)
    expect(body.equals(bytes)).to.equal(true)
    expect(headers.get('repr-digest')).to.equal(
      `sha-256=:${Buffer.from(sha256(body), 'hex').toString('base64')}:`,
    )
  })

  it('carries the bytes of one range, and of several', async () => {
    const one = await send({ range: 'bytes=-10' })
    expect([one.status, one.body.equals(bytes.subarray(990))]).to.deep.equal([206, true])
    const several = await send({ range: 'bytes=0-9,500-509' })
    expect(several.status).to.equal(206)
    expect(several.body.includes(bytes.subarray(0, 10))).to.equal(true)
    expect(several.body.includes(bytes.subarray(500, 510))).to.equal(true)
    expect(several.body.length).to.equal(Number(several.headers.get('content-length')))
  })

  it('has the same headers for HEAD and GET', async () => {
    for (const headers of [{}, { range: 'bytes=0-1' }, { range: 'bytes=0-1,5-6' }]) {
      const [get, head] = [await send(headers), await send(headers, 'HEAD')]
      expect([head.status, stable(head.headers)]).to.deep.equal([get.status, stable(get.headers)])
      expect(head.body).to.have.length(0)
    }
  })

  it('is 304 for a matching ETag, and supports If-Range and headers that Node has joined', async () => {
    expect((await send({ 'if-none-match': representation.etag })).status).to.equal(304)
    expect((await send({ range: 'bytes=0-1', 'if-range': representation.etag })).status).to.equal(206)
    expect((await send({ range: 'bytes=0-1', 'if-range': '"x"' })).status).to.equal(200)
  })
})
