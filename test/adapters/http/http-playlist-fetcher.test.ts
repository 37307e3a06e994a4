import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { createHttpPlaylistFetcher } from '../../../src/adapters/http/http-playlist-fetcher.ts'
import { left, right } from '../../support/expect-right.ts'

const list = '#EXTM3U\n#EXT-X-ENDLIST\n'
const type = 'application/vnd.apple.mpegurl'

describe('playlists fetched over HTTP', () => {
  const handlers: Record<string, RequestListener> = {
    '/plain': (_, res) => res.setHeader('content-type', type).end(list),
    '/marked': (_, res) => res.end(`\uFEFF${list}`),
    '/gzip': (req, res) => {
      const accepted = String(req.headers['accept-encoding']).includes('gzip')
      if (accepted) res.setHeader('content-encoding', 'gzip')
      res.end(accepted ? gzipSync(list) : list)
    },
    '/private': ({ headers }, res) => res.end(headers.authorization ?? 'nothing'),
    '/gone': (_, res) => res.writeHead(404).end('not here'),
    '/moved': (_, res) => res.writeHead(302, { location: '/plain' }).end(),
    '/long': (_, res) => res.end('#'.repeat(5000)),
    '/bomb': (_, res) => res.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(1e6, '#'))),
    '/silent': () => undefined,
    '/broken-off': (_, res) => {
      res.writeHead(200, { 'content-length': '1000' })
      res.write(list, () => res.destroy())
    },
  }
  const fetcher = createHttpPlaylistFetcher({ timeoutSeconds: 0.5, maxBytes: 4096 })
  const fetchList = fetcher(null)
  let server: Server
  let base: string

  before(async () => {
    server = createServer((req, res) => handlers[req.url ?? '']?.(req, res))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.closeAllConnections())
  after((done) => void server.close(done))

  it('are returned with the headers of the response', async () => {
    expect(await right(fetchList(`${base}/plain`))).to.deep.equal({
      text: list,
      contentType: type,
      contentEncoding: null,
    })
  })

  it('are requested and read with compression', async () => {
    expect(await right(fetchList(`${base}/gzip`))).to.deep.equal({
      text: list,
      contentType: null,
      contentEncoding: 'gzip',
    })
  })

  it('are requested with a token for their origin, which is sent to no other origin', async () => {
    const textAs = async (origin: string) =>
      (await right(fetcher({ origin, jwt: 'a.b.c' })(`${base}/private`))).text
    expect(await textAs(base)).to.equal('bearer a.b.c')
    expect(await textAs('https://elsewhere.example')).to.equal('nothing')
  })

  it('keep a byte order mark, so that the check can report it', async () =>
    expect((await right(fetchList(`${base}/marked`))).text).to.equal(`\uFEFF${list}`))

  for (const [path, message] of [
    ['gone', 'answers 404'],
    ['moved', 'answers 302'],
    ['long', 'is longer than 4096 bytes'],
    ['bomb', 'is longer than 4096 bytes'],
  ] as const)
    it(`are refused when the server replies with /${path}`, async () =>
      expect(await left(fetchList(`${base}/${path}`))).to.deep.equal({ _tag: 'Refused', message }))

  it('are refused for URLs other than HTTP', async () => {
    for (const url of ['file:///etc/passwd', 'data:,x', 'nowhere', ''])
      expect(await left(fetchList(url))).to.include({ _tag: 'Refused' })
  })

  it('fail with Unavailable if there is no reply, or none in time, or a truncated one', async () => {
    for (const url of [`${base}/silent`, `${base}/broken-off`, 'http://127.0.0.1:1/'])
      expect(await left(fetchList(url))).to.include({ _tag: 'Unavailable' })
  })

  it('are not fetched before the task is run', async () => {
    let requests = 0
    handlers['/counted'] = (_, res) => {
      requests += 1
      res.end(list)
    }
    const task = fetchList(`${base}/counted`)
    expect(requests).to.equal(0)
    await right(task)
    expect(requests).to.equal(1)
  })
})
