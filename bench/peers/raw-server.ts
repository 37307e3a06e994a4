import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { E } from '../../src/fp.ts'
import { RawRoutes } from './raw-routes.ts'

// The process of the raw peer. It serves constant buffers with node:http, which is the least work that a Node
// server can do.

process.once('message', async (message: unknown) => {
  const routes = RawRoutes.decode(message)
  if (E.isLeft(routes)) throw new Error('the bench sent routes that do not decode')

  const replies = new Map(
    await Promise.all(
      routes.right.map(async ({ path, file, headers }) => {
        const body = await readFile(file)
        return [path, { body, headers: { ...headers, 'Content-Length': body.length } }] as const
      }),
    ),
  )
  const server = createServer((req, res) => {
    const reply = replies.get(req.url ?? '')
    if (reply === undefined) res.writeHead(404, { 'Content-Length': 0 }).end()
    else res.writeHead(200, reply.headers).end(reply.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
process.once('disconnect', () => process.exit())
