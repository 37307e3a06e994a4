import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { addSources } from '../../src/cli/add-sources.ts'
import { addToServer } from '../../src/cli/add-to-server.ts'
import { createCommandPrinter } from '../../src/cli/command.ts'

/** Listens on a free port. Its uploads begin, and never go on. */
const startStub = async (onUpload: () => void): Promise<Server> => {
  const server = createServer((request, response) => {
    if (request.method === 'POST') response.writeHead(201, { location: '/api/1/uploads/tus/up_1' }).end()
    else request.once('data', onUpload)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('larder add --server that is stopped', () => {
  let folder: string
  let file: string

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-stopped-'))
    file = path.join(folder, 'a film.png')
    await writeFile(file, Buffer.concat([await readFile('docs/watch.png'), randomBytes(200_000)]))
  })
  after(() => rm(folder, { recursive: true }))

  /** Stops the command as soon as bytes arrive. Returns its exit code, and what is on standard error. */
  const stopped = async (word: string, home: string) => {
    const stop = new AbortController()
    const server = await startStub(() => stop.abort())
    const { port } = server.address() as AddressInfo
    const stdin = new PassThrough()
    stdin.write(randomBytes(17 * 2 ** 20))
    const write = process.stderr.write
    let printed = ''
    process.stderr.write = (text: string | Uint8Array) => {
      printed += text
      return true
    }
    try {
      const code = await addToServer(
        { url: new URL(`http://127.0.0.1:${port}`), tokenFile: null },
        addSources([word], null),
        { isPublic: false, isOnlyQueued: true, signal: stop.signal },
        createCommandPrinter(() => undefined, false),
        { env: { LARDER_TOKEN: 'a.b.c', HOME: home }, stdin },
      )
      return { code, printed }
    } finally {
      process.stderr.write = write
      server.closeAllConnections()
      server.close()
    }
  }

  it('says how far it is, and what the same command would do', async () => {
    const { code, printed } = await stopped(file, folder)
    expect(code).to.equal(130)
    expect(printed).to.match(/^larder: .*\/a film\.png: stopped at \d+ %: the same command continues it\n$/)
    expect((await stopped(file, '')).printed).to.match(
      /stopped at \d+ %: the same command begins it again\n$/,
    )
    const input = await stopped('-', folder)
    expect(input.printed).to.match(/stopped after \d+ bytes: standard input cannot be continued\n$/)
  })
})
