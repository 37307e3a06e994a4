import { createHash } from 'node:crypto'
import { createWriteStream, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

// The process of the bare peer of uploads. It writes a body to disk and computes its SHA-512, which is the least work
// that a server of uploads can do.

const path = join(tmpdir(), `larder-bench-upload-${process.pid}`)

const server = createServer(async (req, res) => {
  const hash = createHash('sha512')
  const hashing = new Transform({
    transform: (chunk, _, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(req, hashing, createWriteStream(path))
  hash.digest('hex')
  res.writeHead(200, { 'Content-Length': 0 }).end()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
process.once('disconnect', () => {
  rmSync(path, { force: true })
  process.exit()
})
