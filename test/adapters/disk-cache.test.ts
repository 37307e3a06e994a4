import {
  type DiskCache,
  type DiskCacheOptions,
  openDiskCache,
} from '../../src/adapters/disk/open-disk-cache.ts'
import { blobCacheContract } from '../contracts/blob-cache.contract.ts'
import { cacheContract } from '../contracts/cache.contract.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { createTestLog } from '../support/test-log.ts'

describe('disk cache', () => {
  const opened: DiskCache[] = []

  const openCache = async (options: Partial<DiskCacheOptions> = {}): Promise<DiskCache> => {
    const dir = options.dir ?? (await scratchFolder())
    const log = createTestLog()
    const scope = 'http://127.0.0.1:8080'
    const cache = await openDiskCache({ clock: () => 0, log, scope, maxBytes: 2 ** 30, ...options, dir })
    opened.push(cache)
    return cache
  }

  afterEach(async () => {
    for (const cache of opened.splice(0)) await cache.close()
  })
  after(removeScratch)

  describe('values', () => {
    cacheContract(async (clock) => (await openCache({ clock })).cache)
  })

  describe('blobs', () => {
    blobCacheContract(async (fill) => (await openCache({ fill })).blobs)
  })
})
