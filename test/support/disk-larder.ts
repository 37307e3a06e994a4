import {
  type DiskCache,
  type DiskCacheOptions,
  openDiskCache,
} from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { disabledTierMeter } from '../../src/adapters/cache/tiers/cache-meter.ts'
import { createStaleReader } from '../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredBlobCache } from '../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../../src/adapters/cache/tiers/tiered-cache.ts'
import type { Adapters, Larder } from '../../src/composition/larder.ts'
import { asMonotonic } from './as-monotonic.ts'
import { createMemoryLarder, createStandingClock, publicUrl } from './memory-larder.ts'
import { silentLog } from './recording-log.ts'
import { scratchFolder } from './scratch.ts'

export type DiskLarder = Larder & { readonly disk: DiskCache }

type Options = {
  readonly adapters?: Partial<Adapters>
  readonly cache?: Partial<DiskCacheOptions>
  /** The memory budget of blobs (bytes). */
  readonly blobBytes?: number
}

/** Creates a Larder with its production cache: memory in front of a folder. Callers must close its `disk`. */
export const createDiskLarder = async (options: Options = {}): Promise<DiskLarder> => {
  const { adapters = {}, cache = {}, blobBytes = 64 * 2 ** 20 } = options
  const { clock = createStandingClock().clock, log = silentLog } = adapters
  const dir = cache.dir ?? (await scratchFolder())
  const monotonic = asMonotonic(clock)
  const disk = await openDiskCache({
    clock,
    monotonic,
    log,
    scope: publicUrl,
    maxBytes: 2 ** 30,
    ...cache,
    dir,
  })
  const larder = await createMemoryLarder({
    cache: createTieredCache({
      memory: createMemoryTier(2 ** 20, disabledTierMeter, monotonic),
      disk: disk.values,
      clock,
      monotonic,
    }),
    stale: createStaleReader(disk.values, clock),
    blobs: createTieredBlobCache({ disk: disk.blobs, maxBytes: blobBytes }),
    cacheCheck: disk.check,
    ...adapters,
    clock,
    log,
  })
  return { ...larder, disk }
}
