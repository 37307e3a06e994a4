import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type DiskCache,
  type DiskCacheOptions,
  openDiskCache,
} from '../../../../src/adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../../../../src/adapters/cache/memory/memory-cache.ts'
import { createCacheMeter, disabledTierMeter } from '../../../../src/adapters/cache/tiers/cache-meter.ts'
import {
  type CacheTier,
  constantInvalidationVersion,
  createSingleTierCache,
} from '../../../../src/adapters/cache/tiers/cache-tier.ts'
import { createMeteredTier } from '../../../../src/adapters/cache/tiers/metered-tier.ts'
import { createStaleReader } from '../../../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredBlobCache } from '../../../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../../../../src/adapters/cache/tiers/tiered-cache.ts'
import { fullRange } from '../../../../src/domain/media/bytes.ts'
import { O } from '../../../../src/fp.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { cacheContract } from '../../../contracts/cache.contract.ts'
import { sharedCacheContract } from '../../../contracts/shared-cache.contract.ts'
import { asMonotonic } from '../../../support/as-monotonic.ts'
import { anImageFileUid, aStoredFileUid } from '../../../support/builders.ts'
import { collect } from '../../../support/bytes.ts'
import { cacheValue } from '../../../support/cache-value.ts'
import { cachedValue } from '../../../support/cached-value.ts'
import { left, right } from '../../../support/expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from '../../../support/origins.ts'
import { silentLog } from '../../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../../support/scratch.ts'

describe('memory in front of disk', () => {
  const MiB = 1024 * 1024
  const opened: DiskCache[] = []
  let now = 0
  const clock = () => now
  const cacheOn = (disk: CacheTier, time = clock) => {
    const monotonic = asMonotonic(time)
    const memory = createMemoryTier(MiB, disabledTierMeter, monotonic)
    return createTieredCache({ memory, disk, clock: time, monotonic })
  }

  const openDisk = async (options: Partial<DiskCacheOptions> = {}): Promise<DiskCache> => {
    const dir = options.dir ?? (await scratchFolder())
    const disk = await openDiskCache({
      clock,
      log: silentLog,
      scope: '',
      maxBytes: 2 ** 30,
      ...options,
      dir,
    })
    opened.push(disk)
    return disk
  }

  beforeEach(() => {
    now = 1_700_000_000_000
  })
  afterEach(async () => {
    for (const disk of opened.splice(0)) await disk.close()
  })
  after(removeScratch)

  /** Wraps a tier. Its `find` returns only after `release` is called. */
  const slowToFind = (inner: CacheTier) => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const disk: CacheTier = {
      ...inner,
      find: (key) => async () => {
        const found = await inner.find(key)()
        await released
        return found
      },
    }
    return { disk, release: () => release() }
  }

  describe('values', () => {
    cacheContract(async (clock) => {
      return cacheOn((await openDisk({ clock })).values, clock)
    })

    describe('of two processes on one disk', () => {
      sharedCacheContract(async (clock) => {
        const dir = await scratchFolder()
        const open = async () => cacheOn((await openDisk({ dir, clock })).values, clock)
        return [await open(), await open()]
      })
    })

    it('are read only from memory after they were found on disk', async () => {
      const dir = await scratchFolder()
      const disk = (await openDisk({ dir })).values
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      await right(cacheValue(cacheOn(disk), key, 'body'))
      const cache = cacheOn(disk)
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('body'))
      await rm(join(dir, 'values'), { recursive: true })
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('body'))
    })

    it('are copied to memory with their remaining lifetime', async () => {
      const disk = (await openDisk()).values
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      await right(cacheValue(cacheOn(disk), key, 'body'))
      const cache = cacheOn(disk)
      now += 600_000
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('body'))
      now += 299_999
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('body'))
      now += 1
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    })

    it('that another process changes on disk are returned for at most two more seconds', async () => {
      const dir = await scratchFolder()
      const [ours, theirs] = [(await openDisk({ dir })).values, (await openDisk({ dir })).values]
      const [here, there] = [cacheOn(ours), cacheOn(theirs)]
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      await right(cacheValue(here, key, 'old'))
      await right(cacheValue(there, key, 'new'))
      now += 1999
      expect(await cachedValue(here, key)).to.deep.equal(O.some('old'))
      now += 1
      expect(await cachedValue(here, key)).to.deep.equal(O.some('new'))
    })

    it('that are negative are never stored on disk, because clients could fill it (http-api.md §9.2)', async () => {
      const disk = await openDisk()
      const cache = cacheOn(disk.values)
      for (let i = 0; i < 20; i++) {
        const key = cacheKeys.imagePublic({ uid: anImageFileUid() })
        await right(cacheValue(cache, key, false))
        expect(await cachedValue(cache, key)).to.deep.equal(O.some(false))
      }
      await disk.settled()
      expect(disk.usage()).to.deep.equal({ bytes: 0, entries: 0 })
    })

    it('that are negative replace positive ones, also on disk and for other processes', async () => {
      const dir = await scratchFolder()
      const [ours, theirs] = [(await openDisk({ dir })).values, (await openDisk({ dir })).values]
      const [here, there] = [cacheOn(ours), cacheOn(theirs)]
      const key = cacheKeys.imagePublic({ uid: anImageFileUid() })
      await right(cacheValue(here, key, true))
      await right(cacheValue(there, key, false))
      now += 2000
      expect(await cachedValue(here, key)).to.deep.equal(O.none)
      expect(await right(createStaleReader(theirs, clock).getStale(key, 86_400))).to.deep.equal(O.none)
    })

    it('that change while the old value is read from disk do not reappear', async () => {
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      const inner = createMemoryTier(MiB)
      const { disk, release } = slowToFind(inner)
      await right(
        inner.set(key, { value: 'old', expiresAt: null, invalidationVersion: constantInvalidationVersion }),
      )
      const cache = cacheOn(disk)
      const pending = cachedValue(cache, key)
      await right(cacheValue(cache, key, 'new'))
      release()
      await pending
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('new'))
      await right(cache.delete(key))
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    })

    it('are read from disk once for many concurrent reads', async () => {
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      const inner = createMemoryTier(MiB)
      let finds = 0
      const disk: CacheTier = {
        ...inner,
        find: (key) => async () => {
          finds++
          return inner.find(key)()
        },
      }
      const cache = cacheOn(disk)
      const crowd = () => Promise.all(Array.from({ length: 50 }, () => cachedValue(cache, key)))
      expect(new Set(await crowd())).to.deep.equal(new Set([O.none]))
      expect(finds).to.equal(1)
      await right(
        inner.set(key, { value: 'body', expiresAt: null, invalidationVersion: constantInvalidationVersion }),
      )
      for (const found of await crowd()) expect(found).to.deep.equal(O.some('body'))
      expect(finds).to.equal(2)
    })

    it('that are deleted are not returned to reads that began after the delete', async () => {
      const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
      const inner = createMemoryTier(MiB)
      await right(
        inner.set(key, { value: 'old', expiresAt: null, invalidationVersion: constantInvalidationVersion }),
      )
      const { disk, release } = slowToFind(inner)
      const cache = cacheOn(disk)
      const before = cachedValue(cache, key)
      // The read has reached the disk before the delete begins.
      await new Promise((resolve) => setImmediate(resolve))
      await right(cache.delete(key))
      const since = cachedValue(cache, key)
      release()
      expect(await before).to.deep.equal(O.some('old'))
      expect(await since).to.deep.equal(O.none)
    })

    it('are cached in memory even if the disk cannot be written', async () => {
      const file = join(await scratchFolder(), 'a-file')
      await writeFile(file, '')
      const disk = (await openDisk({ dir: file })).values
      const cache = cacheOn(disk)
      const key = cacheKeys.isAdmin({ sub: 'anna' })
      expect(await left(cacheValue(cache, key, true))).to.include({ _tag: 'Unavailable' })
      expect(await cachedValue(cache, key)).to.deep.equal(O.some(true))
    })
  })

  describe('expired values', () => {
    const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    const day = 86_400

    for (const [name, make] of [
      ['memory', async () => createMemoryTier(MiB)],
      ['disk', async () => (await openDisk()).values],
    ] as const) {
      it(`are returned from ${name} within the age that the caller allows`, async () => {
        const tier = await make()
        const stale = createStaleReader(tier, clock)
        await right(cacheValue(createSingleTierCache(tier, clock), key, 'body'))
        now += 900_000 + 1000 * day - 1
        expect(await right(createSingleTierCache(tier, clock).get(key))).to.deep.equal(O.none)
        expect(await right(stale.getStale(key, day))).to.have.nested.property('value.value', 'body')
        now += 1
        expect(await right(stale.getStale(key, day))).to.deep.equal(O.none)
      })

      it(`are not returned from ${name} after a delete`, async () => {
        const tier = await make()
        await right(cacheValue(createSingleTierCache(tier, clock), key, 'body'))
        await right(createSingleTierCache(tier, clock).delete(key))
        expect(await right(createStaleReader(tier, clock).getStale(key, day))).to.deep.equal(O.none)
      })
    }
  })

  it('counts hits, misses and fills by tier and family', async () => {
    const meter = createCacheMeter(asMonotonic(clock))
    const memoryMeter = meter.tier('memory')
    const disk = await openDisk({ meter: meter.tier('disk') })
    const memory = createMeteredTier(createMemoryTier(MiB, memoryMeter), clock, memoryMeter)
    const cache = createTieredCache({ memory, disk: disk.values, clock })
    const blobs = createTieredBlobCache({ disk: disk.blobs, maxBytes: MiB, meter: memoryMeter })

    const list = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    await cachedValue(cache, list)
    await right(cacheValue(cache, list, 'body'))
    await cachedValue(cache, list)
    const bytes = pseudoRandomBytes(100_000)
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    const { origin } = createWorkingOrigin(bytes)
    const read = () => right(blobs.read(key, blobFactsOf(bytes), fullRange(bytes.length), origin))
    await Promise.all([1, 2, 3].map(async () => collect(await read())))
    await disk.settled()
    await collect(await read())

    const counts = (tier: string, family: string) =>
      meter.stats.counts().find((count) => count.tier === tier && count.family === family)
    expect(counts('memory', 'image_files:playlist:{uid}')).to.include({ hits: 1, misses: 1 })
    expect(counts('disk', 'image_files:playlist:{uid}')).to.include({ hits: 0, misses: 1 })
    expect(counts('memory', 's3_files:{uid}')).to.include({ hits: 1, misses: 1, collapsed: 2, fills: 1 })
    expect(counts('disk', 's3_files:{uid}')).to.include({ misses: 1, fills: 1, filledBytes: 100_000 })
  })
})
