import { createServer } from 'node:http'
import { createClient } from 'larder-client'

// The id token of an admin stays in the backend. Viewers get a token for one file, for a limited time.
const larder = createClient({
  baseUrl: process.env.LARDER_URL ?? 'http://127.0.0.1:8080',
  token: process.env.LARDER_TOKEN ?? '',
})

const mayWatch = (_cookie: string | undefined, _uid: string): boolean => true // your own rule

createServer(async (request, response) => {
  try {
    const uid = new URL(request.url ?? '/', 'http://localhost').searchParams.get('uid') ?? ''
    if (!mayWatch(request.headers.cookie, uid)) return response.writeHead(403).end()
    const { data } = await larder.mintToken({ body: { uid, ttl_seconds: 3600 } })
    return response.writeHead(200, { 'cache-control': 'no-store' }).end(data.jwt)
  } catch {
    return response.writeHead(404).end()
  }
}).listen(3000)
