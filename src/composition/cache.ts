import { openDiskCache } from '../adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../adapters/cache/memory/memory-cache.ts'
import { createCacheMeter } from '../adapters/cache/tiers/cache-meter.ts'
import { createMeteredTier } from '../adapters/cache/tiers/metered-tier.ts'
import { createStaleReader } from '../adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredBlobCache } from '../adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../adapters/cache/tiers/tiered-cache.ts'
import type { Config } from '../config/settings.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Monotonic, MonotonicMs } from '../ports/monotonic.ts'

type Deps = {
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly log: Log
  /** Until this moment, the process hears of changes by other processes. */
  readonly trustedUntil: () => MonotonicMs
}

/** Creates the cache: memory in front of disk. Values are small, so most of the memory is for blobs. */
export const createCache = async (config: Config, { clock, monotonic, log, trustedUntil }: Deps) => {
  const meter = createCacheMeter(monotonic)
  const memoryMeter = meter.tier('memory')
  const valueBytes = Math.ceil(config.cacheMemoryBytes / 8)
  const disk = await openDiskCache({
    dir: config.cacheDir,
    clock,
    monotonic,
    log,
    scope: config.publicUrl,
    maxBytes: config.cacheMaxBytes,
    meter: meter.tier('disk'),
  })
  return {
    values: createTieredCache({
      memory: createMeteredTier(
        createMemoryTier(valueBytes, memoryMeter, monotonic, trustedUntil),
        clock,
        memoryMeter,
      ),
      disk: disk.values,
      clock,
      monotonic,
    }),
    stale: createStaleReader(disk.values, clock),
    blobs: createTieredBlobCache({
      disk: disk.blobs,
      maxBytes: config.cacheMemoryBytes - valueBytes,
      meter: memoryMeter,
    }),
    positions: disk.positions,
    stats: meter.stats,
    bytes: () => disk.usage().bytes,
    check: disk.check,
    close: disk.close,
  }
}
