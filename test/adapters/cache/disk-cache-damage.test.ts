import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect } from 'chai'
import { cacheFolders, cacheIdOf } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { openNodePersist } from '../../../src/adapters/cache/disk/node-persist-cache.ts'
import { O } from '../../../src/fp.ts'
import { cachedValue } from '../../support/cached-value.ts'
import {
  aBlobKey,
  aTextKey,
  blobBytes,
  cacheBlob,
  createDiskCaches,
  isCached,
  readBlob,
} from '../../support/disk-caches.ts'
import {
  blobFactsOf,
  createChunkReader,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../../support/origins.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('damage to the disk cache', () => {
  const MiB = 1024 * 1024

  const caches = createDiskCaches()
  afterEach(caches.closeAll)
  after(removeScratch)

  it('a truncated blob is a miss, and is filled again', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const key = aBlobKey()
    await cacheBlob(cache, key, blobBytes)
    await truncate(cacheFolders(dir).blob(cacheIdOf(key.name)), blobBytes.length - 1)
    await cacheBlob(cache, key, blobBytes)
  })

  it('a blob that is truncated during a read is continued from the origin', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const key = aBlobKey()
    const large = pseudoRandomBytes(MiB)
    await cacheBlob(cache, key, large)
    const reader = createChunkReader(await readBlob(cache, key, large, createWorkingOrigin(large).origin))
    await reader.upTo(1000)
    await truncate(cacheFolders(dir).blob(cacheIdOf(key.name)), 70_000)
    await reader.upTo(large.length)
    expect(reader.received().equals(large)).to.equal(true)
  })

  it('the scrub finds a flipped bit, and the blob is filled again', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const [good, bad] = [aBlobKey(), aBlobKey()]
    await cacheBlob(cache, good, blobBytes)
    await cacheBlob(cache, bad, blobBytes)
    const path = cacheFolders(dir).blob(cacheIdOf(bad.name))
    const flipped = await readFile(path)
    flipped[5000] = (flipped[5000] ?? 0) ^ 1
    await writeFile(path, flipped)
    expect(await cache.scrub()).to.deep.equal({ checked: 2, bad: 1 })
    expect(await isCached(cache, bad, blobBytes)).to.equal(false)
    expect(await isCached(cache, good, blobBytes)).to.equal(true)
    await cacheBlob(cache, bad, blobBytes)
  })

  it('entries of an older release are ignored, and filled again', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const [key, text] = [aBlobKey(), aTextKey()]
    const { values, blob } = cacheFolders(dir)
    const old = openNodePersist(values)
    await mkdir(values, { recursive: true })
    await mkdir(dirname(blob(cacheIdOf(key.name))), { recursive: true })
    await writeFile(blob(cacheIdOf(key.name)), blobBytes)
    await old.setItem(key.name, { value: blobFactsOf(blobBytes), expiresAt: null, scope: '' })
    await old.setItem(text.name, { value: 'old', expiresAt: null, scope: 'http://127.0.0.1:8080' })
    expect(await isCached(cache, key, blobBytes)).to.equal(false)
    expect(await cachedValue(cache.cache, text)).to.deep.equal(O.none)
    await cacheBlob(cache, key, blobBytes)
    expect(await isCached(cache, key, blobBytes)).to.equal(true)
  })

  it('a torn record, and a blob without a record, are misses', async () => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const key = aBlobKey()
    await cacheBlob(cache, key, blobBytes)
    await truncate(cacheFolders(dir).value(cacheIdOf(key.name)), 20)
    await cacheBlob(cache, key, blobBytes)
    await rm(cacheFolders(dir).value(cacheIdOf(key.name)))
    await cacheBlob(cache, key, blobBytes)
  })
})
