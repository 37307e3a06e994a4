import { expect } from 'chai'
import { cacheFolders } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { collect } from '../../support/bytes.ts'
import { cacheValue } from '../../support/cache-value.ts'
import {
  aBlobKey,
  aTextKey,
  blobBytes,
  cacheBlob,
  createDiskCaches,
  isCached,
  noOrigin,
  readBlob,
} from '../../support/disk-caches.ts'
import { bytesBelow } from '../../support/disk-usage.ts'
import { right } from '../../support/expect-right.ts'
import { createChunkReader, createWorkingOrigin, pseudoRandomBytes } from '../../support/origins.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('the budget of the disk cache', () => {
  const KiB = 1024
  const MiB = 1024 * KiB

  const caches = createDiskCaches()
  afterEach(caches.closeAll)
  after(removeScratch)

  it('is shared by values and blobs, counted in disk blocks, and never exceeded', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir, maxBytes: MiB })
    for (let n = 0; n < 20; n++) {
      await cacheBlob(cache, aBlobKey(), blobBytes)
      for (let m = 0; m < 10; m++) await right(cacheValue(cache.cache, aTextKey(), 'small'))
      await cache.settled()
      const { values, blobs } = cacheFolders(dir)
      const used = (await bytesBelow(values)) + (await bytesBelow(blobs))
      expect(used).to.be.at.most(MiB)
      expect(cache.usage().bytes).to.equal(used)
    }
  })

  it('evicts entries that are not requested first', async () => {
    const cache = await caches.open({ maxBytes: MiB })
    const requested = aBlobKey()
    await cacheBlob(cache, requested, blobBytes)
    for (let n = 0; n < 30; n++) {
      expect(await isCached(cache, requested, blobBytes), `after ${n} others`).to.equal(true)
      await cacheBlob(cache, aBlobKey(), pseudoRandomBytes(100_000, n))
    }
  })

  it('does not disturb a reader whose blob is evicted', async () => {
    const cache = await caches.open({ maxBytes: MiB })
    const key = aBlobKey()
    await cacheBlob(cache, key, blobBytes)
    const reader = createChunkReader(await readBlob(cache, key, blobBytes, noOrigin))
    await reader.upTo(1)
    for (let n = 0; n < 30; n++) await cacheBlob(cache, aBlobKey(), pseudoRandomBytes(100_000, n))
    expect(await isCached(cache, key, blobBytes)).to.equal(false)
    await reader.upTo(blobBytes.length)
    expect(reader.received().equals(blobBytes)).to.equal(true)
  })

  it('does not store a blob larger than the whole budget, but serves it (W5)', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir, maxBytes: 64 * KiB })
    const key = aBlobKey()
    expect(
      (await collect(await readBlob(cache, key, blobBytes, createWorkingOrigin(blobBytes).origin))).equals(
        blobBytes,
      ),
    ).to.equal(true)
    expect(await isCached(cache, key, blobBytes)).to.equal(false)
    expect(await bytesBelow(cacheFolders(dir).blobs).catch(() => 0)).to.equal(0)
  })

  it('restores its accounting after a restart', async () => {
    const dir = await scratchFolder()
    const before = await caches.open({ dir })
    const key = aBlobKey()
    await cacheBlob(before, key, blobBytes)
    await right(cacheValue(before.cache, aTextKey(), 'small'))
    await right(before.cache.delete(aTextKey()))
    const accounted = before.usage()
    await caches.closeAll()
    const after = await caches.open({ dir })
    expect(after.usage()).to.deep.equal(accounted)
    expect(await isCached(after, key, blobBytes)).to.equal(true)
  })

  it('is shared with another process on the same folder', async () => {
    const dir = await scratchFolder()
    const [one, other] = [
      await caches.open({ dir, maxBytes: MiB }),
      await caches.open({ dir, maxBytes: MiB }),
    ]
    for (let n = 0; n < 20; n++) await cacheBlob(n % 2 === 0 ? one : other, aBlobKey(), blobBytes)
    expect(await bytesBelow(cacheFolders(dir).blobs)).to.be.at.most(MiB)
  })
})
