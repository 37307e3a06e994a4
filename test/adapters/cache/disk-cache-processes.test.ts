import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { createCondition } from '../../../src/adapters/cache/blobs/condition.ts'
import { cacheFolders } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { fullRange } from '../../../src/domain/media/bytes.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../../support/builders.ts'
import { collect } from '../../support/bytes.ts'
import { filesBelow } from '../../support/disk-usage.ts'
import { right } from '../../support/expect-right.ts'
import { serveOrigin } from '../../support/origin-server.ts'
import {
  blobFactsOf,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
  recordingOrigin,
} from '../../support/origins.ts'
import { silentLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'
import { buildCacheWorker, type CacheWorker, startCacheWorker } from '../../support/start-cache-worker.ts'

describe('processes on one disk cache', () => {
  const MiB = 1024 * 1024
  const bytes = pseudoRandomBytes(20 * MiB)
  const facts = blobFactsOf(bytes)
  const workers: CacheWorker[] = []
  const servers: Array<{ readonly close: () => Promise<void> }> = []
  let program: string

  before(async () => {
    program = await buildCacheWorker()
  })
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.kill()
    for (const server of servers.splice(0)) await server.close()
  })
  after(removeScratch)

  const start = async (dir: string, origin: string): Promise<CacheWorker> => {
    const worker = await startCacheWorker(program, dir, origin)
    workers.push(worker)
    return worker
  }
  const serve = async (origin: Parameters<typeof serveOrigin>[0]) => {
    const server = await serveOrigin(origin)
    servers.push(server)
    return server.address
  }
  const open = (dir: string) =>
    openDiskCache({ dir, clock: () => 0, log: silentLog, scope: '', maxBytes: 2 ** 30 })

  it('fill a blob once, and all read it while it arrives', async () => {
    const dir = await scratchFolder()
    const { origin, requestedRanges, openTo } = createGatedOrigin(bytes, 64 * 1024)
    const address = await serve(origin)
    const uid = aStoredFileUid()
    const reads = []
    for (let n = 0; n < 3; n++) reads.push((await start(dir, address)).read({ uid, facts }))
    openTo(MiB)
    await Promise.all(reads.map(({ began }) => began))
    expect(requestedRanges).to.deep.equal([fullRange(facts.size)])
    openTo(facts.size)
    const digests = await Promise.all(reads.map(({ done }) => done))
    expect(digests).to.deep.equal([facts.sha256, facts.sha256, facts.sha256])
    expect(requestedRanges).to.have.length(1)
  })

  it('continue when the filling process is killed', async () => {
    const dir = await scratchFolder()
    const { origin, requestedRanges, openTo } = createGatedOrigin(bytes, 64 * 1024)
    const address = await serve(origin)
    const uid = aStoredFileUid()
    const [leader, second, third] = [
      await start(dir, address),
      await start(dir, address),
      await start(dir, address),
    ]
    openTo(MiB)
    await leader.read({ uid, facts }).began
    const others = [second.read({ uid, facts }), third.read({ uid, facts })]
    await Promise.all(others.map(({ began }) => began))
    await leader.kill()
    openTo(facts.size)
    const digests = await Promise.all(others.map(({ done }) => done))
    expect(digests).to.deep.equal([facts.sha256, facts.sha256])
    expect(requestedRanges.length).to.be.at.most(3)
  })

  it('can be killed at any moment: no wrong byte is served afterwards, and no file is left behind', async () => {
    const dir = await scratchFolder()
    const { fills } = cacheFolders(dir)
    const blobs = Array.from({ length: 6 }, (_, n) => pseudoRandomBytes(300_000, n + 1))
    const keys = blobs.map(() => aStoredFileUid())
    const first = blobs[0] ?? Buffer.alloc(0)

    /**
     * Kills a worker at an offset of the blob. The offset differs from round to round, from no bytes to all
     * of them.
     */
    const killOne = async (round: number) => {
      const n = round % blobs.length
      const [blob = first, uid = aStoredFileUid()] = [blobs[n], keys[n]]
      const killAt = Math.floor((blob.length * ((round * 37) % 33)) / 32)
      const reached = createCondition()
      const isReached = reached.next()
      const { origin } = recordingOrigin(async function* ({ start: from, end }) {
        for (let offset = from; offset < end; offset += 10_000) {
          if (offset >= killAt) reached.notify()
          yield blob.subarray(offset, Math.min(offset + 10_000, end))
        }
        reached.notify()
      })
      const worker = await start(dir, await serve(origin))
      const { done } = worker.read({ uid, facts: blobFactsOf(blob) })
      await Promise.race([isReached, done])
      await worker.kill()
    }

    for (let round = 0; round < 32; round += 4)
      await Promise.all([0, 1, 2, 3].map((lane) => killOne(round + lane)))

    const cache = await open(dir)
    await cache.sweep()
    expect(await readdir(fills)).to.deep.equal([])
    for (const [n, blob] of blobs.entries()) {
      const key = cacheKeys.storedFile({ uid: keys[n] ?? aStoredFileUid() })
      const stream = await right(
        cache.blobs.read(key, blobFactsOf(blob), fullRange(blob.length), createWorkingOrigin(blob).origin),
      )
      expect((await collect(stream)).equals(blob)).to.equal(true)
    }
    await cache.close()
    const files = await filesBelow(dir)
    expect(files.filter((path) => path.includes('/blobs/'))).to.have.length(blobs.length)
    expect(files).to.have.length(2 * blobs.length + 1)
  })
})
