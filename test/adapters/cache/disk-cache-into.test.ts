import { readdir, rm, truncate } from 'node:fs/promises'
import { expect } from 'chai'
import { cacheFolders, cacheIdOf } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { type DiskCache, openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { fullRange } from '../../../src/domain/media/bytes.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import type { BlobFacts, BlobOrigin, BlobStream, ReadInto } from '../../../src/ports/blob-cache.ts'
import type { CacheKey } from '../../../src/ports/cache.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../../support/builders.ts'
import { collect, readThroughBuffer } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import {
  blobFactsOf,
  createChunkReader,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../../support/origins.ts'
import { pollUntilTrue } from '../../support/processes.ts'
import { silentLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('blobs on disk that are read into buffers', () => {
  const bytes = pseudoRandomBytes(1_000_000)
  const facts = blobFactsOf(bytes)
  const noOrigin: BlobOrigin = () => TE.left(unavailable('object store')('down'))
  let cache: DiskCache
  let key: CacheKey<BlobFacts>
  let path: string
  let openBefore: number

  const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length

  beforeEach(async () => {
    const dir = await scratchFolder()
    cache = await openDiskCache({
      dir,
      clock: () => 0,
      scope: 'http://127.0.0.1:8080',
      maxBytes: 2 ** 30,
      log: silentLog,
    })
    key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    path = cacheFolders(dir).blob(cacheIdOf(key.name))
    await collect(await read(createWorkingOrigin(bytes).origin))
    await cache.settled()
    openBefore = await openFiles()
  })
  afterEach(() => cache.close())
  after(removeScratch)

  const read = (origin: BlobOrigin) => right(cache.blobs.read(key, facts, fullRange(facts.size), origin))
  const intoOf = ({ readInto: into }: BlobStream): ReadInto => {
    if (into === null) throw new Error('the blob is on disk, but has no readInto')
    return into
  }
  const isClosed = () => pollUntilTrue(async () => (await openFiles()) <= openBefore)

  it('are read without the origin, and the file is closed after their last byte', async () => {
    expect((await readThroughBuffer(intoOf(await read(noOrigin)), 65_537)).equals(bytes)).to.equal(true)
    await isClosed()
  })

  it('fill a buffer of their whole size in one call', async () => {
    const buffer = Buffer.alloc(bytes.length)
    expect(await intoOf(await read(noOrigin))(buffer)).to.equal(bytes.length)
    expect(buffer.equals(bytes)).to.equal(true)
  })

  it('continue from the origin at the current offset when the file is truncated', async () => {
    const { origin, requestedRanges } = createWorkingOrigin(bytes)
    const into = intoOf(await read(origin))
    const start = Buffer.alloc(300_000)
    expect(await into(start)).to.equal(300_000)
    await truncate(path, 400_000)
    const rest = await readThroughBuffer(into, 70_000)
    expect(Buffer.concat([start, rest]).equals(bytes)).to.equal(true)
    expect(requestedRanges).to.have.length(1)
    await isClosed()
    await cache.settled()
    expect((await readThroughBuffer(intoOf(await read(noOrigin)), 70_000)).equals(bytes)).to.equal(true)
  })

  it('are read to the end if the file is removed during the read', async () => {
    const into = intoOf(await read(noOrigin))
    const start = Buffer.alloc(300_000)
    expect(await into(start)).to.equal(300_000)
    await rm(path)
    expect(Buffer.concat([start, await readThroughBuffer(into, 70_000)]).equals(bytes)).to.equal(true)
    await isClosed()
  })

  it('cause an exception if they are lost and the origin fails', async () => {
    const into = intoOf(await read(noOrigin))
    await truncate(path, 400_000)
    const ended = await readThroughBuffer(into, 70_000).then(
      () => 'well',
      () => 'thrown',
    )
    expect(ended).to.equal('thrown')
    await isClosed()
  })

  it('are released when their reader cancels, even if it waits for a silent origin', async () => {
    const early = await read(noOrigin)
    await intoOf(early)(Buffer.alloc(1000))
    await createChunkReader(early).cancel()
    await isClosed()

    const { origin, openTo, closed } = createGatedOrigin(bytes)
    openTo(500_000)
    const stream = await read(origin)
    const into = intoOf(stream)
    await truncate(path, 400_000)
    const buffer = Buffer.alloc(100_000)
    for (let got = 0; got < 500_000 - 1000; ) got += await into(buffer)
    const waiting = into(buffer).catch(() => 0)
    await createChunkReader(stream).cancel()
    openTo(facts.size)
    await waiting
    await pollUntilTrue(async () => closed() === 1)
    await isClosed()
  })

  it('are never mixed up between readers of one file with different offsets and buffers', async () => {
    const readers = Array.from({ length: 40 }, async (_, n) => {
      const [start, end] = [n * 20_000, facts.size - n * 1000]
      const stream = await right(cache.blobs.read(key, facts, { start, end }, noOrigin))
      const got = await readThroughBuffer(intoOf(stream), 10_007 + n)
      expect(got.equals(bytes.subarray(start, end))).to.equal(true)
    })
    await Promise.all(readers)
    await isClosed()
  })
})
