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
import { createFollower, type Follower } from '../../../src/domain/freshness/follower.ts'
import { createOutageLog } from '../../../src/domain/health/outage-log.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { createOpenStreams } from '../../../src/domain/shared/open-streams.ts'
import { E, O, pipe, TE } from '../../../src/fp.ts'
import { type CachePort, staleKeys } from '../../../src/ports/cache.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import type { InvalidationBus } from '../../../src/ports/invalidation-bus.ts'
import { revocationsName } from '../../../src/ports/revocations.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { cachedValue } from '../../support/cached-value.ts'
import { right } from '../../support/expect-right.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('the follower of invalidations', () => {
  const [anna, ben] = [cacheKeys.isAdmin({ sub: 'anna' }), cacheKeys.isAdmin({ sub: 'ben' })]
  let now: number
  let log: ReturnType<typeof createMemoryInvalidationLog>
  let stored: StoredPosition
  const stopping: Array<() => Promise<void>> = []

  beforeEach(() => {
    now = 1_800_000_000_000
    log = createMemoryInvalidationLog(() => now)
    stored = { current: null }
  })
  afterEach(async () => {
    for (const stop of stopping.splice(0)) await stop()
  })

  const change = (...keys: ReadonlyArray<{ readonly name: string }>) => {
    const transaction = log.begin()
    transaction.write(staleKeys(keys))
    transaction.commit()
  }

  const start = (
    overrides: Partial<
      Pick<Parameters<typeof createFollower>[0], 'bus' | 'cache' | 'readRevocations' | 'readAllRevocations'>
    > = {},
  ) => {
    const memoryBus = createMemoryInvalidationBus(log, () => now)
    const cache = overrides.cache ?? createMemoryCache(() => now)
    const { sleep, next, idle } = createTestSleep()
    const monotonic = asMonotonic(() => now)
    const recording = createRecordingLog()
    const follower: Follower = createFollower({
      bus: overrides.bus ?? memoryBus,
      positions: createMemoryBusPositions(stored),
      cache,
      blobs: createMemoryBlobCache(),
      openStreams: createOpenStreams(),
      applyTakedowns: () => TE.right(undefined),
      readRevocations: overrides.readRevocations ?? TE.right(undefined),
      readAllRevocations: overrides.readAllRevocations ?? TE.right(undefined),
      trust: createFollowTrust(monotonic),
      maxCutMs: 86_400_000,
      startUnheardMs: 0,
      outages: createOutageLog(recording.log, monotonic),
      clock: () => now,
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
    return { follower, cache, bus: memoryBus, next, idle, end, entries: recording.entries }
  }

  const isCached = async (cache: CachePort, key: typeof anna) => O.isSome(await cachedValue(cache, key))

  it('drops the values that a change names, and no others', async () => {
    const { follower, cache, idle } = start()
    await idle(() => follower.state() === 'following')
    for (const key of [anna, ben]) await right(cacheValue(cache, key, true))
    const before = follower.position()
    change(anna)
    await idle(() => follower.position() !== before)
    expect([await isCached(cache, anna), await isCached(cache, ben)]).to.deep.equal([false, true])
  })

  it('reads revocations at its start and when the log announces them, and follows only when it has read them', async () => {
    let reads = 0
    let isDown = true
    const read = async () => {
      reads += 1
      return isDown ? E.left(unavailable('database')('away')) : E.right(undefined)
    }
    const { follower, next, idle } = start({ readRevocations: read, readAllRevocations: read })
    await idle(() => reads === 1)
    expect(follower.state()).to.equal('cut')
    isDown = false
    await next()
    await idle(() => follower.state() === 'following')
    const before = { reads, position: follower.position() }
    change(anna)
    await idle(() => follower.position() !== before.position)
    expect(reads).to.equal(before.reads)
    change({ name: revocationsName })
    await idle(() => reads > before.reads)
  })

  it('reads all revocations in each session and after a gap, because a restored database may have earlier ones, and only the new ones otherwise', async () => {
    const reads = { all: 0, new: 0 }
    const count = (which: keyof typeof reads) => async () => {
      reads[which] += 1
      return E.right(undefined)
    }
    const { follower, bus, next, idle } = start({
      readAllRevocations: count('all'),
      readRevocations: count('new'),
    })
    await idle(() => follower.state() === 'following')
    expect(reads, 'the start of a session, and no position').to.deep.equal({ all: 2, new: 0 })
    change({ name: revocationsName })
    await idle(() => reads.new === 1)
    expect(reads.all).to.equal(2)
    bus.breakSessions()
    await idle(() => follower.state() === 'cut')
    await next()
    await idle(() => follower.state() === 'following')
    expect(reads).to.deep.equal({ all: 3, new: 1 })
  })

  it('drops every value if it has no position, so that nothing of an earlier release stays', async () => {
    const cache = createMemoryCache(() => now)
    await right(cacheValue(cache, anna, true))
    const { follower, idle } = start({ cache })
    await idle(() => follower.state() === 'following')
    expect(await isCached(cache, anna)).to.equal(false)
  })

  it('continues where the processes of its disk have stopped', async () => {
    const first = start()
    await first.idle(() => first.follower.state() === 'following')
    await first.end()
    const cache = createMemoryCache(() => now)
    for (const key of [anna, ben]) await right(cacheValue(cache, key, true))
    change(anna)
    const second = start({ cache })
    await second.idle(() => second.follower.state() === 'following')
    expect([await isCached(cache, anna), await isCached(cache, ben)]).to.deep.equal([false, true])
  })

  it('is behind or cut until it has applied what it missed, and says how long', async () => {
    const { follower, cache, bus, next, idle } = start()
    expect([follower.state(), follower.staleMs()]).to.deep.equal(['cut', 0])
    await idle(() => follower.state() === 'following')
    await right(cacheValue(cache, ben, true))
    bus.breakSessions()
    await idle(() => follower.state() === 'cut')
    expect(E.isLeft(await follower.check())).to.equal(true)
    change(ben)
    now += 60_000
    expect(follower.staleMs()).to.equal(60_000)
    expect(await isCached(cache, ben), 'not heard yet').to.equal(true)
    await next()
    await idle(() => follower.state() === 'following')
    expect(await isCached(cache, ben)).to.equal(false)
    expect(follower.staleMs()).to.equal(0)
  })

  it('has a position only while it follows: before, that may be one of another history', async () => {
    const first = start()
    await first.idle(() => first.follower.state() === 'following')
    await first.end()
    const { follower, bus, next, idle } = start()
    expect(follower.position(), 'the one on the disk').to.equal(null)
    await idle(() => follower.state() === 'following')
    expect(follower.position()).not.to.equal(null)
    bus.breakSessions()
    await idle(() => follower.state() === 'cut')
    expect(follower.position(), 'of a session that broke').to.equal(null)
    await next()
    await idle(() => follower.state() === 'following')
    expect(follower.position()).not.to.equal(null)
  })

  it('counts the time before it started, if it never reached the log since', async () => {
    const first = start()
    await first.idle(() => first.follower.state() === 'following')
    await first.end()
    now += 3_600_000
    const { follower } = start({
      bus: {
        open: () => TE.left(unavailable('database')('down')),
        prune: () => TE.right(0),
      },
    })
    expect([follower.state(), follower.staleMs()]).to.deep.equal(['cut', 3_600_000])
  })

  it('logs an outage that lasts, and is expired when it lasts too long', async () => {
    let isDown = false
    const inner = createMemoryInvalidationBus(log, () => now)
    const bus: InvalidationBus = {
      ...inner,
      open: (onChange) => (isDown ? TE.left(unavailable('database')('down')) : inner.open(onChange)),
    }
    const { follower, next, idle, entries } = start({ bus })
    await idle(() => follower.state() === 'following')
    isDown = true
    inner.breakSessions()
    for (let i = 0; i < 10; i += 1) await next()
    expect(entries.map(({ event }) => event)).to.deep.equal(['outage.started'])
    now += 86_400_000
    expect(follower.mayServeMedia()).to.equal(true)
    now += 1
    expect(follower.mayServeMedia()).to.equal(false)
    isDown = false
    await next()
    await idle(() => follower.state() === 'following')
    expect(follower.mayServeMedia()).to.equal(true)
    now += 5000
    await next()
    await idle(() => entries.at(-1)?.event === 'outage.ended')
  })

  it('counts a session that breaks soon as a failure, and so tries less often and logs an outage', async () => {
    const inner = createMemoryInvalidationBus(log, () => now)
    let reads = 0
    const bus: InvalidationBus = {
      ...inner,
      open: (onChange) =>
        pipe(
          inner.open(onChange),
          TE.map((session) => ({
            ...session,
            catchUp: (from, apply) => async () => {
              const read = await session.catchUp(from, apply)()
              reads += 1
              inner.breakSessions()
              return read
            },
          })),
        ),
    }
    const { next, entries } = start({ bus })
    const pauses: number[] = []
    for (let i = 0; i < 10; i += 1) pauses.push(await next())
    expect(reads).to.be.at.least(10)
    expect(pauses.at(-1)).to.be.at.least(2500)
    expect(entries.map(({ event }) => event)).to.deep.equal(['outage.started'])
  })

  it('is not trusted any longer if it no longer reads the log, though its connection stands', async () => {
    const { follower, idle } = start()
    await idle(() => follower.state() === 'following')
    now += 3_001
    expect(follower.state()).to.equal('behind')
  })

  it('repeats what the cache could not delete, and is behind until then', async () => {
    const inner = createMemoryCache(() => now)
    let isBroken = false
    const cache: CachePort = {
      ...inner,
      invalidate: (stale) =>
        isBroken ? TE.left(unavailable('disk cache')('full')) : inner.invalidate(stale),
    }
    const { follower, next, idle } = start({ cache })
    await idle(() => follower.state() === 'following')
    const before = follower.position()
    await right(cacheValue(cache, anna, true))
    isBroken = true
    change(anna)
    await idle(() => follower.state() !== 'following')
    expect(follower.position()).to.equal(null)
    expect(stored.current?.position).to.deep.equal(before)
    isBroken = false
    await next()
    await idle(() => follower.state() === 'following')
    expect(await isCached(cache, anna)).to.equal(false)
  })
})
