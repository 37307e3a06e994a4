import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { E, O } from '../../../src/fp.ts'
import { blobCacheContract } from '../../contracts/blob-cache.contract.ts'
import { cacheContract } from '../../contracts/cache.contract.ts'
import { sharedCacheContract } from '../../contracts/shared-cache.contract.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { collect } from '../../support/bytes.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { cachedValue } from '../../support/cached-value.ts'
import {
  aBlobKey,
  aTextKey,
  blobBytes,
  cacheBlob,
  createDiskCaches,
  readBlob,
} from '../../support/disk-caches.ts'
import { right } from '../../support/expect-right.ts'
import {
  createChunkReader,
  createGatedOrigin,
  createWorkingOrigin,
  pseudoRandomBytes,
} from '../../support/origins.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('disk cache', () => {
  const caches = createDiskCaches()
  afterEach(caches.closeAll)
  after(removeScratch)

  describe('values', () => {
    cacheContract(async (clock) => (await caches.open({ clock })).cache)

    describe('of two processes', () => {
      sharedCacheContract(async (clock) => {
        const dir = await scratchFolder()
        return [(await caches.open({ clock, dir })).cache, (await caches.open({ clock, dir })).cache]
      })
    })
  })

  describe('blobs', () => {
    blobCacheContract(async (fill) => (await caches.open({ fill })).blobs)
  })

  describe('an unusable folder', () => {
    it('does not prevent start and reads, and is logged once as an outage for each', async () => {
      const file = join(await scratchFolder(), 'a-file')
      await writeFile(file, '')
      const { log, entries } = createRecordingLog()
      let now = 0
      const cache = await caches.open({ dir: join(file, 'cache'), log, monotonic: asMonotonic(() => now) })
      for (let n = 0; n < 3; n++) {
        const served = await collect(
          await readBlob(cache, aBlobKey(), blobBytes, createWorkingOrigin(blobBytes).origin),
        )
        expect(served.equals(blobBytes)).to.equal(true)
      }
      expect(E.isLeft(await cacheValue(cache.cache, aTextKey(), 'small')())).to.equal(true)
      const eventsOf = (dependency: string) =>
        entries.filter(({ fields }) => fields.dependency === dependency).map(({ event }) => event)
      expect(eventsOf('cache: new bytes')).to.deep.equal(['outage.started'])
      now += 3_600_000
      await collect(await readBlob(cache, aBlobKey(), blobBytes, createWorkingOrigin(blobBytes).origin))
      expect(eventsOf('cache: new bytes')).to.deep.equal(['outage.started', 'outage.ended', 'outage.started'])
      expect(new Set(entries.map(({ fields }) => fields.dependency))).to.include('cache: maintenance')
    })

    it('is created again when it is removed during use', async () => {
      const dir = await scratchFolder()
      const cache = await caches.open({ dir })
      const key = aBlobKey()
      await cacheBlob(cache, key, blobBytes)
      const { origin, openTo } = createGatedOrigin(pseudoRandomBytes(100_000, 3))
      openTo(50_000)
      const reader = createChunkReader(
        await readBlob(cache, aBlobKey(), pseudoRandomBytes(100_000, 3), origin),
      )
      await reader.upTo(50_000)
      await rm(dir, { recursive: true })
      openTo(100_000)
      await reader.upTo(100_000)
      expect(reader.received().equals(pseudoRandomBytes(100_000, 3))).to.equal(true)
      await cacheBlob(cache, key, blobBytes)
      const text = aTextKey()
      await right(cacheValue(cache.cache, text, 'small'))
      expect(await cachedValue(cache.cache, text)).to.deep.equal(O.some('small'))
      expect((await readdir(dir)).sort()).to.include.members(['blobs', 'fills', 'journal', 'values'])
    })
  })
})
