import { openDiskCache } from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { disabledTierMeter } from '../../src/adapters/cache/tiers/cache-meter.ts'
import { createTieredBlobCache } from '../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { createTieredCache } from '../../src/adapters/cache/tiers/tiered-cache.ts'
import { systemMonotonic } from '../../src/adapters/platform/system-monotonic.ts'
import { timerSleep } from '../../src/adapters/platform/timer-sleep.ts'
import { createReadThrough, type ReadThrough } from '../../src/domain/caching/read-through.ts'
import { createFollowTrust } from '../../src/domain/freshness/follow-trust.ts'
import { createFollower, type Follower } from '../../src/domain/freshness/follower.ts'
import { createOutageLog } from '../../src/domain/health/outage-log.ts'
import { createOpenStreams } from '../../src/domain/shared/open-streams.ts'
import { TE } from '../../src/fp.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import type { InvalidationBus } from '../../src/ports/invalidation-bus.ts'
import { silentLog } from './recording-log.ts'

export type FollowingInstance = {
  readonly cache: CachePort
  readonly read: ReadThrough
  readonly follower: Follower
  readonly close: () => Promise<void>
}

/** Starts what a serving process has between the database and its services: the production cache and the follower. */
export const startFollowingInstance = async (
  dir: string,
  bus: InvalidationBus,
): Promise<FollowingInstance> => {
  const trust = createFollowTrust(systemMonotonic)
  const disk = await openDiskCache({ dir, clock: Date.now, log: silentLog, scope: '', maxBytes: 2 ** 30 })
  const cache = createTieredCache({
    memory: createMemoryTier(2 ** 20, disabledTierMeter, systemMonotonic, trust.until),
    disk: disk.values,
    clock: Date.now,
  })
  const follower = createFollower({
    bus,
    positions: disk.positions,
    cache,
    blobs: createTieredBlobCache({ disk: disk.blobs, maxBytes: 2 ** 20 }),
    openStreams: createOpenStreams(),
    applyTakedowns: () => TE.right(undefined),
    readRevocations: TE.right(undefined),
    readAllRevocations: TE.right(undefined),
    trust,
    maxCutMs: 86_400_000,
    startUnheardMs: 0,
    outages: createOutageLog(silentLog, systemMonotonic),
    clock: Date.now,
    monotonic: systemMonotonic,
    sleep: timerSleep,
  })
  const stopping = new AbortController()
  const running = follower.run(stopping.signal)
  return {
    cache,
    read: createReadThrough(cache),
    follower,
    close: async () => {
      stopping.abort()
      await running
      await disk.close()
    },
  }
}

/** Returns whether a follower has applied the changes of a transaction. */
export const hasApplied = ({ follower }: Pick<FollowingInstance, 'follower'>, xid: number): boolean => {
  const [, xmax = '', running = ''] = follower.position()?.snapshot.split(':') ?? []
  return follower.state() === 'following' && xid < Number(xmax) && !running.split(',').includes(`${xid}`)
}
