import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { E } from '../../src/fp.ts'
import type { BlobOrigin } from '../../src/ports/blob-cache.ts'

/** Serves the blob of an origin over HTTP to other processes. */
export const serveOrigin = async (origin: BlobOrigin) => {
  const server = createServer(async (request, response) => {
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const stream = await origin({ start: Number(start), end: Number(last) + 1 })()
    if (E.isLeft(stream)) {
      response.writeHead(502).end()
      return
    }
    response.writeHead(206, { 'content-type': 'application/octet-stream' })
    response.flushHeaders()
    await pipeline(Readable.from(stream.right), response).catch(() => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
