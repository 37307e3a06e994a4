import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server as TcpServer } from 'node:net'
import { createHttpOutbound } from '../../src/adapters/http/http-outbound.ts'
import type { OutboundRequest, OutboundResponse } from '../../src/ports/outbound.ts'
import { left } from './expect-right.ts'
import { testCertificate } from './test-certificate.ts'

export const outboundLimits: OutboundRequest['limits'] = {
  connectMs: 20_000,
  headersMs: 20_000,
  idleMs: 20_000,
  totalMs: 60_000,
  maxBytes: 10_000,
  longerBody: 'fails',
}

/** A request without a body, which follows five redirects. */
export const outboundRequest = (url: string, changed: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  method: 'GET',
  headers: {},
  body: null,
  maxRedirects: 5,
  limits: outboundLimits,
  signal: new AbortController().signal,
  ...changed,
})

/** Reads the whole body as a text. */
export const foreignBody = async ({ body }: OutboundResponse): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Listens on a free port of 127.0.0.1, and returns the port. */
export const listenLocally = async (server: TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const names: Record<string, ReadonlyArray<string>> = {
  'good.test': ['127.0.0.1'],
  'secure.test': ['127.0.0.1'],
  'other.test': ['127.0.0.1'],
  'mixed.test': ['127.0.0.1', '10.0.0.1'],
  'mixed-public.test': ['1.1.1.1', '::1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'private.test': ['10.0.0.1'],
  'none.test': [],
}
/** Names that all lead to this machine, to private addresses, or to nothing. */
export const resolveTestName = async (name: string): Promise<ReadonlyArray<string>> => {
  const answer = names[name]
  if (answer === undefined) throw new Error('ENOTFOUND')
  return answer
}
/** Starts servers of HTTP and HTTPS that answer well and badly, and remember what they were sent. */
const startForeignServers = async () => {
  const seen: string[] = []
  const sentHeaders: string[] = []
  const urls = { http: '', https: '' }
  const handlers: Record<string, RequestListener> = {
    '/plain': (_, res) => res.end('hello'),
    '/headers': ({ headers }, res) => res.end(JSON.stringify(headers)),
    '/echo': (req, res) => req.pipe(res.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] })),
    '/gone': (_, res) => res.writeHead(410).end('not here'),
    '/long': (_, res) => res.end('#'.repeat(10_001)),
    '/endless': (_, res) => {
      const more = () => {
        if (!res.destroyed) res.write('#'.repeat(5000), more)
      }
      more()
    },
    '/silent': () => undefined,
    '/early-hints': (_, res) => {
      const more = () => {
        if (!res.destroyed) res.writeProcessing(() => setImmediate(more))
      }
      more()
    },
    '/half': (_, res) => res.write('half'),
    '/broken-off': (_, res) => {
      res.writeHead(200, { 'content-length': '1000' })
      res.write('half', () => res.destroy())
    },
    '/downgrade': (_, res) => res.writeHead(302, { location: `${urls.http}/plain` }).end(),
    '/loop': (_, res) => res.writeHead(302, { location: '/loop' }).end(),
    '/no-location': (_, res) => res.writeHead(302).end('stay'),
  }
  const listener: RequestListener = (req, res) => {
    seen.push(req.url ?? '')
    sentHeaders.push(JSON.stringify(req.headers))
    const [, count] = /^\/hops\/(\d+)$/.exec(req.url ?? '') ?? []
    const [, target] = /^\/to\/(.+)$/.exec(req.url ?? '') ?? []
    if (count !== undefined)
      return res.writeHead(307, { location: count === '1' ? '../plain' : `${Number(count) - 1}` }).end()
    if (target !== undefined) return res.writeHead(302, { location: decodeURIComponent(target) }).end()
    return handlers[req.url ?? '']?.(req, res)
  }
  const http = createServer(listener)
  const https = createSecureServer(testCertificate, listener)
  urls.http = `http://127.0.0.1:${await listenLocally(http)}`
  urls.https = `https://secure.test:${await listenLocally(https)}`
  return {
    http,
    urls,
    ports: { http: new URL(urls.http).port, https: new URL(urls.https).port },
    /** Paths of the requests that arrived. `sentHeaders`: their headers, as JSON. */
    seen,
    sentHeaders,
    close: async (): Promise<void> => {
      for (const server of [http, https]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

type ForeignServers = Awaited<ReturnType<typeof startForeignServers>>

/** Starts foreign servers for the tests of a suite, and a client that may reach them. What they have seen is forgotten before each test. */
export const withForeignServers = () => {
  let servers: ForeignServers
  before(async () => {
    servers = await startForeignServers()
  })
  beforeEach(() => {
    servers.seen.length = 0
    servers.sentHeaders.length = 0
  })
  after(() => servers.close())

  const outbound = createHttpOutbound({
    resolveName: resolveTestName,
    exceptions: ['127.0.0.1'],
    certificates: testCertificate.cert,
  })
  return {
    servers: () => servers,
    outbound,
    /** Returns why a request fails. */
    faultOf: async (url: string, changed: Partial<OutboundRequest> = {}): Promise<string> =>
      (await left(outbound(outboundRequest(url, changed)))).reason,
  }
}
