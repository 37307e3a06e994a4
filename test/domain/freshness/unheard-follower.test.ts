import { expect } from 'chai'
import { createMemoryBlobCache } from '../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import {
  createMemoryBusPositions,
  type StoredPosition,
} from '../../../src/adapters/memory/memory-bus-positions.ts'
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
import { asMonotonic } from '../../support/as-monotonic.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('a follower that has not read the log since its start', () => {
  const { clock, advance } = createStandingClock()
  const log = createMemoryInvalidationLog(clock)
  let stored: StoredPosition
  const stopping: Array<() => Promise<void>> = []

  beforeEach(() => {
    stored = { current: null }
  })
  afterEach(async () => {
    for (const stop of stopping.splice(0)) await stop()
  })

  const start = ({ startUnheardMs = 0, isDown = false } = {}) => {
    const monotonic = asMonotonic(clock)
    const bus = createMemoryInvalidationBus(log, clock)
    const database = { isDown }
    const { sleep, next, idle } = createTestSleep()
    const follower = createFollower({
      bus: {
        ...bus,
        open: (onChange) => (database.isDown ? TE.left(unavailable('database')('down')) : bus.open(onChange)),
      },
      positions: createMemoryBusPositions(stored),
      cache: createMemoryCache(clock),
      blobs: createMemoryBlobCache(),
      openStreams: createOpenStreams(),
      applyTakedowns: () => TE.right(undefined),
      readRevocations: TE.right(undefined),
      readAllRevocations: TE.right(undefined),
      trust: createFollowTrust(monotonic),
      maxCutMs: 86_400_000,
      startUnheardMs,
      outages: createOutageLog(createRecordingLog().log, monotonic),
      clock,
      monotonic,
      sleep,
    })
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    const end = async () => {
      stop.abort()
      await running
    }
    stopping.push(end)
    return { follower, bus, database, next, idle, end }
  }

  const runBefore = async () => {
    const { follower, idle, end } = start()
    await idle(() => follower.state() === 'following')
    await end()
  }

  it('must not serve media, however short its absence was, until it has read the log', async () => {
    await runBefore()
    const { follower, database, next, idle } = start({ isDown: true })
    for (let i = 0; i < 3; i += 1) {
      expect(follower.mayServeMedia()).to.equal(false)
      await next()
    }
    database.isDown = false
    await next()
    await idle(() => follower.state() === 'following')
    expect(follower.mayServeMedia()).to.equal(true)
  })

  it('may serve on, as before, if it is cut off later', async () => {
    const { follower, bus, database, idle } = start()
    await idle(() => follower.state() === 'following')
    database.isDown = true
    bus.breakSessions()
    await idle(() => follower.state() === 'cut')
    advance(80_000)
    expect(follower.mayServeMedia()).to.equal(true)
  })

  it('may serve if the operator permits it, until the position of its disk is too old', async () => {
    await runBefore()
    advance(40)
    const { follower } = start({ isDown: true, startUnheardMs: 60_000 })
    expect(follower.mayServeMedia()).to.equal(true)
    advance(20)
    expect(follower.mayServeMedia()).to.equal(true)
    advance(1)
    expect(follower.mayServeMedia()).to.equal(false)
  })

  it('must not serve, whatever the operator permits, without a position, or with one of a time to come', async () => {
    expect(start({ isDown: true, startUnheardMs: 60_000 }).follower.mayServeMedia()).to.equal(false)
    await runBefore()
    advance(-61)
    expect(start({ isDown: true, startUnheardMs: 60_000 }).follower.mayServeMedia()).to.equal(false)
  })

  it('lets requests wait while it tries again in its first second, and not for an outage that lasts', async () => {
    const { follower, next, idle } = start({ isDown: true })
    await idle(() => follower.state() === 'cut')
    await next()
    expect(follower.catchingUp()).not.to.equal(null)
    advance(1)
    await next()
    await idle(() => follower.catchingUp() === null)
  })
})
