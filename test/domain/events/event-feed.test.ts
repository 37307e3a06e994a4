import { expect } from 'chai'
import { createMemoryEventLog } from '../../../src/adapters/memory/memory-event-log.ts'
import { createEventHub } from '../../../src/domain/events/event-hub.ts'
import { type FeedFilter, type FeedItem, progressItem } from '../../../src/domain/events/feed-item.ts'
import { maxWaitingBytes } from '../../../src/domain/events/feed-queue.ts'
import { type FeedNews, type FeedRequest, openEventFeed } from '../../../src/domain/events/follow-events.ts'
import { createOutageLog } from '../../../src/domain/health/outage-log.ts'
import { type DomainError, forbidden, unavailable } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import type { EventLog, JobStep } from '../../../src/ports/event-log.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { right } from '../../support/expect-right.ts'
import { createRecordingLog } from '../../support/recording-log.ts'

describe('a feed of events', () => {
  let now: number
  let log: ReturnType<typeof createMemoryEventLog>
  let sessions: number
  let isDown: boolean
  let allowed: TE.TaskEither<DomainError, void>
  let isStopping: boolean
  /** Whether the connection breaks at its next read. */
  let isBroken: boolean
  let present: FeedItem | null
  /** Is called when the present step is read, and not returned yet. */
  let afterRead: () => Promise<void>
  let end: () => Promise<void>

  /** Each pause takes no time, but moves the clock. */
  const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    if (!signal.aborted) now += milliseconds
    await new Promise(setImmediate)
  }

  const start = () => {
    const monotonic = asMonotonic(() => now)
    const clock = () => now
    const recorded = createRecordingLog()
    const counted: EventLog = {
      ...log,
      open: (listener) => async () => {
        sessions += 1
        if (isDown) return unavailableNow
        const { readNew, ...session } = await right(log.open(listener))
        return {
          _tag: 'Right',
          right: { ...session, readNew: (from) => (isBroken ? async () => unavailableNow : readNew(from)) },
        }
      },
    }
    const hub = createEventHub({
      ...{ log: counted, clock, monotonic, sleep },
      outages: createOutageLog(recorded.log, monotonic),
    })
    const stopping = new AbortController()
    const running = hub.run(stopping.signal)
    end = async () => {
      stopping.abort()
      await running
    }
    const feed = async (request: Partial<FeedRequest> = {}) => {
      const readStep: TE.TaskEither<DomainError, FeedItem | null> = async () => {
        const read = present
        await afterRead()
        return E.right(read)
      }
      const deps = { hub, clock, monotonic, sleep, readStep, isStopping: () => isStopping }
      const opened = await right(
        openEventFeed(
          { ...deps, authorize: async () => allowed() },
          { filter: all, after: null, ...request },
        ),
      )
      const leaving = new AbortController()
      const news = opened.follow(leaving.signal)
      return {
        next: async (): Promise<FeedNews> => {
          const next = await news.next()
          return next.done === true ? expect.fail('the feed ended') : next.value
        },
        hasEnded: async () => (await news.next()).done,
        leave: opened.close,
      }
    }
    return { hub, feed, recorded }
  }
  const unavailableNow: E.Either<ReturnType<ReturnType<typeof unavailable>>, never> = {
    _tag: 'Left',
    left: unavailable('database')('away'),
  }
  const all: FeedFilter = { media: null, job: null }
  const append = (n: number, length = 1) =>
    log.append({ type: 'media.changed', media: 'if_1', data: { n, text: 'x'.repeat(length) } })
  const numbers = ({ items }: FeedNews) => items.map(({ json }) => JSON.parse(json).data.n)

  beforeEach(() => {
    now = 0
    log = createMemoryEventLog(() => now)
    sessions = 0
    isDown = false
    allowed = TE.right(undefined)
    isStopping = false
    isBroken = false
    present = null
    afterRead = async () => undefined
  })
  afterEach(() => end())

  it('says every 15 s that it is quiet, and up to where the client has everything', async () => {
    append(1)
    const { feed } = start()
    const one = await feed({ filter: { media: 'if_2', job: null } })
    expect(await one.next()).to.deep.equal({ items: [], place: { xid: '1', id: 1, check: 0 } })
    append(2)
    expect(await one.next()).to.deep.equal({ items: [], place: { xid: '2', id: 2, check: 0 } })
    const from = now
    expect(await one.next()).to.deep.equal({ items: [], place: null })
    expect(now - from).to.be.at.least(15_000)
  })

  it('ends for a client that reads too slowly, which then goes on after what it has read', async () => {
    const { hub, feed } = start()
    const slow = await feed()
    await slow.next()
    for (const n of [1, 2, 3]) append(n, maxWaitingBytes / 2)
    while (hub.last()?.id !== 3) await new Promise(setImmediate)
    expect(await slow.hasEnded()).to.equal(true)
    slow.leave()
    const again = await feed({ after: { xid: '0', id: 0, check: 0 } })
    expect(numbers(await again.next())).to.deep.equal([1, 2, 3])
  })

  it('sends nothing as long as the right of its client cannot be confirmed, and all of it after that', async () => {
    const { feed } = start()
    const one = await feed()
    await one.next()
    allowed = TE.left(unavailable('database')('away'))
    now += 2000
    append(1)
    expect(numbers(await one.next())).to.deep.equal([])
    expect(numbers(await one.next())).to.deep.equal([])
    allowed = TE.right(undefined)
    expect(numbers(await one.next())).to.deep.equal([1])
    allowed = TE.left(forbidden('not_admin'))
    append(2)
    now += 2000
    expect(await one.hasEnded()).to.equal(true)
  })

  it('ends when the process stops', async () => {
    const { feed } = start()
    const one = await feed()
    await one.next()
    isStopping = true
    expect(await one.hasEnded()).to.equal(true)
  })

  it('fails to open while the database has not answered yet, and reports the outage', async () => {
    isDown = true
    const { hub, recorded } = start()
    const leave = hub.join({ push: () => undefined, onProgressLost: () => undefined })
    while (sessions < 10) await new Promise(setImmediate)
    expect(hub.last()).to.equal(null)
    expect(recorded.entries.map(({ event }) => event)).to.include('outage.started')
    leave()
  })

  const step = (progress: number): JobStep => ({
    ...{ uid: 'if_1', kind: 'image', job: 'job_1', state: 'running', progress },
    ...{ stage: null, speed: null, eta_seconds: null },
  })
  const progressOf = ({ json }: FeedItem): number => JSON.parse(json).data.progress

  it('sends the present step of a job after a cut, and none from before it', async () => {
    const { feed } = start()
    present = progressItem(step(0.1), now)
    const one = await feed({ filter: { media: null, job: 'job_1' } })
    const steps: number[] = []
    const follow = async () => {
      steps.push(...(await one.next()).items.map(progressOf))
    }
    while (steps.length < 1) await follow()
    isBroken = true
    log.announce(step(0.2))
    present = progressItem(step(0.8), now)
    while (sessions < 2) await new Promise(setImmediate)
    isBroken = false
    while (steps.length < 2) await follow()
    // What is announced while there is no connection is lost.
    while (steps.at(-1) !== 0.9) {
      log.announce(step(0.9))
      await follow()
    }
    expect(steps).to.include(0.8).and.not.to.include(0.2)
  })

  /** Follows one job. `cut` breaks the connection of the hub, and waits until it has another one. */
  const startWithJob = async () => {
    const { hub, feed } = start()
    const one = await feed({ filter: { media: null, job: 'job_1' } })
    const passed: FeedItem[] = []
    let cuts = 0
    const leave = hub.join({
      push: (item) => passed.push(item),
      onProgressLost: () => {
        cuts += 1
        isBroken = false
      },
    })
    const cut = async () => {
      const before = cuts
      isBroken = true
      log.announce(step(0))
      while (cuts === before) await new Promise(setImmediate)
    }
    /** Returns the progress of the next steps. */
    const nextSteps = async (): Promise<ReadonlyArray<number>> => {
      const { items } = await one.next()
      return items.length === 0 ? nextSteps() : items.map(progressOf)
    }
    return { nextSteps, passed, cut, leave }
  }

  it('sends the present step of a job after what has waited for its client since before a cut', async () => {
    const { nextSteps, passed, cut, leave } = await startWithJob()
    present = progressItem(step(0.1), now)
    expect(await nextSteps()).to.deep.equal([0.1])
    log.announce(step(0.2))
    while (passed.length === 0) await new Promise(setImmediate)
    present = progressItem(step(0.8), now)
    await cut()
    expect(await nextSteps()).to.deep.equal([0.2, 0.8])
    leave()
  })

  it('reads the present step of a job again if the connection was cut meanwhile', async () => {
    const { nextSteps, cut, leave } = await startWithJob()
    present = progressItem(step(0.1), now)
    afterRead = async () => {
      afterRead = async () => undefined
      present = progressItem(step(0.8), now)
      await cut()
    }
    expect(await nextSteps()).to.deep.equal([0.1])
    expect(await nextSteps()).to.deep.equal([0.8])
    leave()
  })

  it('has no connection without clients, and the same one for all', async () => {
    const { hub, feed } = start()
    await new Promise(setImmediate)
    expect(sessions).to.equal(0)
    const feeds = [await feed(), await feed(), await feed()]
    for (const each of feeds) await each.next()
    expect(sessions).to.equal(1)
    for (const each of feeds) each.leave()
    while (hub.last() !== null) await new Promise(setImmediate)
    await feed()
    expect(sessions).to.equal(2)
  })
})
