import { expect } from 'chai'
import { createMemoryBlobCache } from '../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createMemoryBusPositions } from '../../../src/adapters/memory/memory-bus-positions.ts'
import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../../src/adapters/memory/memory-invalidation-bus.ts'
import { createFollowTrust } from '../../../src/domain/freshness/follow-trust.ts'
import { createFollower } from '../../../src/domain/freshness/follower.ts'
import { createOutageLog } from '../../../src/domain/health/outage-log.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { createOpenStreams } from '../../../src/domain/shared/open-streams.ts'
import { TE } from '../../../src/fp.ts'
import type { InvalidationBus } from '../../../src/ports/invalidation-bus.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('a follower whose machine was suspended', () => {
  const maxCutMs = 86_400_000

  it('counts that time, in which the monotonic clock stands, until it hears of changes again', async () => {
    const day = createStandingClock()
    const monotonic = asMonotonic(createStandingClock().clock)
    const memoryBus = createMemoryInvalidationBus(createMemoryInvalidationLog(day.clock), day.clock)
    let isDown = false
    const bus: InvalidationBus = {
      ...memoryBus,
      open: (onChange) =>
        isDown ? TE.left(unavailable('database')('no network')) : memoryBus.open(onChange),
    }
    const { sleep, next, idle } = createTestSleep()
    const follower = createFollower({
      bus,
      positions: createMemoryBusPositions(),
      cache: createMemoryCache(day.clock),
      blobs: createMemoryBlobCache(),
      openStreams: createOpenStreams(),
      applyTakedowns: () => TE.right(undefined),
      readRevocations: TE.right(undefined),
      readAllRevocations: TE.right(undefined),
      trust: createFollowTrust(monotonic),
      maxCutMs,
      startUnheardMs: 0,
      outages: createOutageLog(createRecordingLog().log, monotonic),
      clock: day.clock,
      monotonic,
      sleep,
    })
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    await idle(() => follower.state() === 'following')
    isDown = true
    memoryBus.breakSessions()
    await idle(() => follower.state() === 'cut')
    day.advance(maxCutMs / 1000 + 1)
    expect(follower.mayServeMedia()).to.equal(false)
    isDown = false
    await next()
    await idle(() => follower.state() === 'following')
    expect([follower.mayServeMedia(), follower.staleMs()]).to.deep.equal([true, 0])
    stop.abort()
    await running
  })
})
