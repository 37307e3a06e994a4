import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { byteRoutesContract } from '../contracts/byte-routes.contract.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { exchange } from '../support/exchange.ts'
import { createFaultyObjectStore, type FaultyObjectStore } from '../support/faulty-object-store.ts'
import { isInstalled } from '../support/is-installed.ts'
import { seedImage } from '../support/library.ts'
import { listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('byte routes on the disk cache', () => {
  let larder: DiskLarder
  after(async () => {
    await larder.disk.close()
    await removeScratch()
  })

  byteRoutesContract(async () => {
    larder = await createDiskLarder()
    return larder
  })
})

describe('clients of bytes', () => {
  const bytes = pseudoRandomBytes(16 * 2 ** 20)
  let faulty: FaultyObjectStore
  let larder: DiskLarder
  let server: TestServer

  before(async () => {
    faulty = createFaultyObjectStore(createMemoryObjectStore())
    larder = await createDiskLarder({ adapters: { store: faulty.store } })
    server = await listen(larder)
  })
  after(async () => {
    await server.close()
    await larder.disk.close()
    await removeScratch()
  })
  beforeEach(() => faulty.heal())

  /** Returns the path of an object that no client has requested yet. */
  const coldPath = async (body = bytes): Promise<string> => {
    const { exports, jwt } = await seedImage(larder, [body])
    return `/api/1/image_files/image/${exports[0]?.uid}.webp?jwt=${jwt}`
  }

  const openSocket = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(server.base).port), '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  const requestText = (path: string, method = 'GET', headers = ''): string =>
    `${method} ${path} HTTP/1.1\r\nHost: larder\r\n${headers}\r\n`

  const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length

  it('that read slowly delay no other client and get every byte (§6.6)', async () => {
    const path = await coldPath()
    const slow = await openSocket()
    slow.write(requestText(path, 'GET', 'Connection: close\r\n'))
    const [first] = (await once(slow, 'data')) as [Buffer]
    slow.pause()

    const fast = await exchange(server.base + path)
    expect([fast.isWhole, fast.body.equals(bytes)]).to.deep.equal([true, true])

    const rest: Buffer[] = []
    slow.on('data', (chunk: Buffer) => rest.push(chunk)).resume()
    await once(slow, 'end')
    const reply = Buffer.concat([first, ...rest])
    expect(reply.subarray(reply.indexOf('\r\n\r\n') + 4).equals(bytes)).to.equal(true)
    expect(faulty.reads()).to.equal(1)
  })

  it('that disconnect in the middle of a body leave no open files or streams', async () => {
    const paths = await Promise.all(Array.from({ length: 5 }, () => coldPath()))
    const before = await openFiles()
    const leave = async (path: string) => {
      const socket = await openSocket()
      socket.write(requestText(path))
      await once(socket, 'data')
      socket.destroy()
    }
    await Promise.all(paths.flatMap((path) => Array.from({ length: 10 }, () => leave(path))))
    await pollUntilTrue(async () => faulty.openStreams() === 0 && (await openFiles()) <= before)
    for (const path of paths) expect((await exchange(server.base + path)).body.equals(bytes)).to.equal(true)
  })

  const silences = [
    { what: 'the whole', headers: '', awaited: 1_000_000, reads: 1 },
    // The range is far ahead of the fill, so it has its own stream, whose last chunk is withheld.
    { what: 'a far range', headers: 'Range: bytes=10000000-\r\n', awaited: 900_000, reads: 2 },
  ]
  for (const { what, headers, awaited, reads } of silences)
    it(`that disconnect while the store stalls on ${what} release everything at once`, async () => {
      faulty.when(() => ({ kind: 'stalls', after: 1_000_000 }))
      const path = await coldPath()
      const [filesBefore, readsBefore] = [await openFiles(), faulty.reads()]
      const socket = await openSocket()
      socket.write(requestText(path, 'GET', headers))
      let received = 0
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      await pollUntilTrue(async () => received > awaited)
      socket.destroy()
      // The poll times out long before the cache's own timeout of 30 s for the store.
      await pollUntilTrue(async () => faulty.openStreams() === 0 && (await openFiles()) <= filesBefore)
      expect(faulty.reads()).to.equal(readsBefore + reads)
    })

  const resuming = isInstalled('wget') ? it : null
  resuming?.('that are wget go on with what they have of a file', async () => {
    const path = await coldPath()
    const file = join(await scratchFolder(), 'film')
    await writeFile(file, bytes.subarray(0, 5_000_001))
    await promisify(execFile)('wget', [
      '--quiet',
      '--continue',
      `--output-document=${file}`,
      server.base + path,
    ])
    expect((await readFile(file)).equals(bytes)).to.equal(true)
  })

  it('that send HEAD start no fill (§1.5)', async () => {
    const path = await coldPath()
    const before = faulty.reads()
    const { status, headers, body } = await exchange(server.base + path, { method: 'HEAD' })
    expect([status, headers['content-length'], body.length]).to.deep.equal([200, String(bytes.length), 0])
    expect(faulty.reads()).to.equal(before)
  })

  it('that pipeline requests get the replies in order', async () => {
    const body = pseudoRandomBytes(3000)
    const path = await coldPath(body)
    const socket = await openSocket()
    socket.write(
      [
        requestText(path),
        requestText(path, 'HEAD'),
        requestText(path, 'GET', 'Range: bytes=10-19\r\n'),
        requestText('/healthz'),
        requestText(path, 'GET', 'Range: bytes=-5\r\nConnection: close\r\n'),
      ].join(''),
    )
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    const replies = inOrder(Buffer.concat(chunks), ['GET', 'HEAD', 'GET', 'GET', 'GET'])
    expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 206, 200, 206])
    expect(replies[0]?.body.equals(body)).to.equal(true)
    expect(replies[2]?.body.equals(body.subarray(10, 20))).to.equal(true)
    expect(replies[4]?.body.equals(body.subarray(-5))).to.equal(true)
  })
})

/** Splits the replies of one connection by Content-Length. A reply to HEAD has no body. */
const inOrder = (replies: Buffer, methods: ReadonlyArray<string>) => {
  let at = 0
  const read = methods.map((method) => {
    const bodyAt = replies.indexOf('\r\n\r\n', at) + 4
    const head = replies.subarray(at, bodyAt).toString('latin1')
    const length = method === 'HEAD' ? 0 : Number(/^content-length: (\d+)/im.exec(head)?.[1])
    at = bodyAt + length
    return { status: Number(head.slice(9, 12)), body: replies.subarray(bodyAt, at) }
  })
  expect(at).to.equal(replies.length)
  return read
}
