import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import { type DiskCache, openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { type ByteRange, fullRange } from '../../../src/domain/media/bytes.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { createReplyBuffers, type ReplyBuffers } from '../../../src/http/response/reply-buffers.ts'
import { sendStream, startStream } from '../../../src/http/response/send-stream.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../../support/builders.ts'
import { collect, sha256 } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from '../../support/origins.ts'
import { pollUntilTrue } from '../../support/processes.ts'
import { silentLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('bytes from disk, sent through reused buffers', () => {
  const size = 8 * 2 ** 20
  const largeCount = 3
  const blobs = [1, 2, 3].map((seed) => {
    const bytes = pseudoRandomBytes(size, seed)
    return { bytes, facts: blobFactsOf(bytes), key: cacheKeys.storedFile({ uid: aStoredFileUid() }) }
  })
  const inUse = new Set<Buffer>()
  const faults: string[] = []
  let mostLarge = 0
  let cache: DiskCache
  let server: Server

  /** Wraps buffers: detects one that two users have at the same time, and counts the large ones. */
  const watch = (buffers: ReplyBuffers): ReplyBuffers => {
    const backBy = (back: (buffer: Buffer) => void) => (buffer: Buffer) => {
      if (!inUse.delete(buffer)) faults.push('a buffer came back twice')
      back(buffer)
    }
    return {
      take: () => {
        const buffer = buffers.take()
        if (inUse.has(buffer)) faults.push('a buffer is with two')
        inUse.add(buffer)
        mostLarge = Math.max(mostLarge, [...inUse].filter(({ length }) => length > 64 * 1024).length)
        return buffer
      },
      giveBack: backBy(buffers.giveBack),
      drop: backBy(buffers.drop),
    }
  }

  before(async () => {
    const scope = 'http://127.0.0.1:8080'
    const dir = await scratchFolder()
    cache = await openDiskCache({ clock: () => 0, scope, maxBytes: 2 ** 30, dir, log: silentLog })
    for (const { bytes, facts, key } of blobs)
      await collect(
        await right(cache.blobs.read(key, facts, fullRange(size), createWorkingOrigin(bytes).origin)),
      )
    await cache.settled()

    const buffers = watch(createReplyBuffers({ largeBytes: 256 * 1024, largeCount, smallBytes: 64 * 1024 }))
    server = createServer(async (req, res) => {
      const [blob = '0', start = '0', end = '0'] = (req.url ?? '').slice(1).split('/')
      const { key, facts } = blobs[Number(blob)] ?? expect.fail('no such blob')
      const range = { start: Number(start), end: Number(end) }
      const gone = () => TE.left(unavailable('object store')('down'))
      const stream = await right(cache.blobs.read(key, facts, range, gone))
      const started = await right(() => startStream(stream, buffers))
      res.writeHead(200, { 'Content-Length': range.end - range.start })
      await sendStream(started, res)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await cache.close()
    await removeScratch()
  })

  const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length

  const raw = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: larder\r\n${headers}\r\n`

  /**
   * Returns the sha256 of the body, or `null` after a disconnect. A stalled client reads nothing until
   * `resume`.
   */
  const receive = async (path: string, manner: Manner, resume: Promise<unknown>): Promise<string | null> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(raw(path, 'Connection: close\r\n'))
    const [first] = (await once(socket, 'data')) as [Buffer]
    if (manner === 'leaves') {
      socket.destroy()
      return null
    }
    const digest = createHash('sha256').update(first.subarray(first.indexOf('\r\n\r\n') + 4))
    socket.pause()
    if (manner === 'stalls') await resume
    for await (const chunk of socket) digest.update(chunk)
    return digest.digest('hex')
  }

  type Manner = 'reads' | 'stalls' | 'leaves'
  type Client = { readonly blob: number; readonly range: ByteRange; readonly manner: Manner }

  const clients = fc.array(
    fc
      .record({
        blob: fc.nat(blobs.length - 1),
        ends: fc.uniqueArray(fc.nat(size), { minLength: 2, maxLength: 2 }),
        manner: fc.constantFrom<Manner>('reads', 'stalls', 'leaves'),
      })
      .map(({ blob, ends, manner }): Client => {
        const [start = 0, end = size] = ends.toSorted((a, b) => a - b)
        return { blob, range: { start, end }, manner }
      }),
    { minLength: 10, maxLength: 16 },
  )

  it('are correct for each client while others stall or disconnect; every buffer is returned', async () => {
    const before = await openFiles()
    await fc.assert(
      fc.asyncProperty(clients, async (plan) => {
        const start = (manners: ReadonlyArray<Manner>, resume: Promise<unknown>) =>
          plan
            .filter(({ manner }) => manners.includes(manner))
            .map(async ({ blob, range, manner }) => {
              const got = await receive(`/${blob}/${range.start}/${range.end}`, manner, resume)
              const expected = sha256(blobs[blob]?.bytes.subarray(range.start, range.end) ?? Buffer.alloc(0))
              expect(got).to.equal(manner === 'leaves' ? null : expected)
            })
        const moving = start(['reads', 'leaves'], Promise.resolve())
        const stalled = start(['stalls'], Promise.all(moving))
        await Promise.all([...moving, ...stalled])
        await pollUntilTrue(async () => inUse.size === 0)
        expect(faults).to.deep.equal([])
        expect(mostLarge).to.be.at.most(largeCount)
      }),
      { numRuns: 6 },
    )
    await pollUntilTrue(async () => (await openFiles()) <= before)
  })

  it('are released when a client disconnects before its queued replies are sent', async () => {
    const before = await openFiles()
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write([0, 1, 2].map((blob) => raw(`/${blob}/0/${size}`)).join(''))
    await pollUntilTrue(async () => inUse.size === blobs.length)
    socket.destroy()
    await pollUntilTrue(async () => inUse.size === 0 && (await openFiles()) <= before)
    expect(faults).to.deep.equal([])
  })

  it('arrive in order when a client pipelines its requests', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      [raw(`/0/0/${size}`), raw('/1/5/1000'), raw(`/2/0/${size}`, 'Connection: close\r\n')].join(''),
    )
    const answer = await collect(socket)
    const bodies = [blobs[0]?.bytes, blobs[1]?.bytes.subarray(5, 1000), blobs[2]?.bytes]
    let at = 0
    for (const body of bodies) {
      const bodyAt = answer.indexOf('\r\n\r\n', at) + 4
      at = bodyAt + (body?.length ?? 0)
      expect(body?.equals(answer.subarray(bodyAt, at))).to.equal(true)
    }
    expect(at).to.equal(answer.length)
    await pollUntilTrue(async () => inUse.size === 0)
  })
})
