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
import { createOpenStreams } from '../../../src/domain/shared/open-streams.ts'
import { TE } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { right } from '../../support/expect-right.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('a follower that was not started', () => {
  const { clock } = createStandingClock()

  const create = () => {
    const monotonic = asMonotonic(clock)
    return createFollower({
      bus: createMemoryInvalidationBus(createMemoryInvalidationLog(clock), clock),
      positions: createMemoryBusPositions(),
      cache: createMemoryCache(clock),
      blobs: createMemoryBlobCache(),
      openStreams: createOpenStreams(),
      applyTakedowns: () => TE.right(undefined),
      readRevocations: TE.right(undefined),
      readAllRevocations: TE.right(undefined),
      trust: createFollowTrust(monotonic),
      maxCutMs: 86_400_000,
      startUnheardMs: 0,
      outages: createOutageLog(createRecordingLog().log, monotonic),
      clock,
      monotonic,
      sleep: createTestSleep().sleep,
    })
  }

  it('is idle, and healthy, in a process that does not serve', async () => {
    const follower = create()
    expect([follower.state(), follower.staleMs()]).to.deep.equal(['idle', 0])
    await right(follower.check)
  })

  it('makes requests wait from the moment at which a server prepares it, until its first read', async () => {
    const follower = create()
    expect(follower.catchingUp()).to.equal(null)
    follower.prepare()
    expect(follower.state()).to.equal('cut')
    const waiting = follower.catchingUp() ?? expect.fail()
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    await waiting
    expect(follower.catchingUp()).to.equal(null)
    expect(follower.state()).to.equal('following')
    stop.abort()
    await running
  })
})
