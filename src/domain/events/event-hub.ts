import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  EventLog,
  EventPlace,
  EventPosition,
  EventSession,
  JobStep,
  StoredEvent,
} from '../../ports/event-log.ts'
import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { type Backoff, backoffMilliseconds } from '../background/backoff.ts'
import type { OutageLog } from '../health/outage-log.ts'
import { oneLineMessage } from '../shared/error-text.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { isSamePlace } from './event-id.ts'
import { eventItem, type FeedItem, progressItem, resetItem } from './feed-item.ts'
import { createProgressLimit, progressEveryMs } from './progress-limit.ts'

/** Who follows events in this process. */
type FeedMember = {
  readonly push: (item: FeedItem) => void
  /** Is called when steps of jobs may have been lost. */
  readonly onProgressLost: () => void
}

/** Older events, in their order. `unknown`: the log does not have the event after which they were asked for. */
type OlderEvents = ReadonlyArray<StoredEvent> | 'unknown'

/**
 * Reads the events of the database for all clients of this process, with one connection, which is open as long as
 * there are members.
 */
export type EventHub = {
  /** Reads for as long as there are members, until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Adds a member. Returns a function that removes it; later calls do nothing. */
  readonly join: (member: FeedMember) => () => void
  /** Waits until it is certain from where on events are passed. Fails with Unavailable if the database does not answer. */
  readonly ready: TE.TaskEither<Unavailable, void>
  /** The place up to which events were passed to the members; `null` before `ready`. */
  readonly last: () => EventPlace | null
  /**
   * Reads a page of the events after this place, of one file unless `media` is `null`. Calls `onLast` at the moment
   * from which on everything later is passed to the members. Fails with Unavailable while the database does not answer.
   */
  readonly readAfter: (
    after: EventPlace,
    media: string | null,
    onLast: (last: EventPlace) => void,
  ) => TE.TaskEither<Unavailable, OlderEvents>
}

type Deps = {
  readonly log: EventLog
  readonly outages: OutageLog
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly sleep: Sleep
}

/** Pause between two reads if no event is announced (milliseconds). */
const pollMs = 1000
/** The connection is closed this long after the last member has left (milliseconds). */
const idleMs = 30_000
const backoff: Backoff = { first: 50, most: 5000 }
/** Number of failures in a row before an outage is logged: a database that is restarted is back in a few seconds. */
const unloggedFailures = 8
/** Maximum wait of a member for the first position (milliseconds). */
const positionMs = 3000

const createSignal = () => {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

export const createEventHub = ({ log, outages, clock, monotonic, sleep }: Deps): EventHub => {
  const members = new Set<FeedMember>()
  let position: EventPosition | null = null
  let session: EventSession | null = null
  let lastLeftAt: MonotonicMs | null = null
  let wake = new AbortController()
  /** Resolves when there is a position. */
  let positioned = createSignal()
  /** Steps of jobs that are passed on after the next read, so that a file is announced before its job. */
  let steps: JobStep[] = []
  let cause: unknown = 'it has not been reached yet'

  const pass = (item: FeedItem): void => {
    for (const member of members) member.push(item)
  }
  const limitProgress = () => createProgressLimit(monotonic, (step) => pass(progressItem(step, clock())))
  let progress = limitProgress()

  const passSteps = (): void => {
    const read = steps
    steps = []
    progress.flush()
    for (const step of read) progress.add(step)
  }

  const isIdle = (): boolean =>
    members.size === 0 && (lastLeftAt === null || monotonic() >= addMilliseconds(lastLeftAt, idleMs))

  /** Reads once, and passes on what is new. Returns whether there is more. */
  const readOnce = async (open: EventSession): Promise<E.Either<Unavailable, boolean>> => {
    const read = await open.readNew(position)()
    if (E.isLeft(read)) return read
    const { events, hasMore, isGap } = read.right
    ;({ position } = read.right)
    positioned.resolve()
    if (isGap) pass(resetItem(position.last, clock()))
    for (const event of events) pass(eventItem(event))
    return E.right(hasMore)
  }

  /** Reads with one connection, until it breaks, or until no member is left. */
  const readWithOne = async (signal: AbortSignal, onAnswer: () => void): Promise<void> => {
    // Members will ask for the present steps. One from before a cut would come after them.
    steps = []
    progress = limitProgress()
    const opened = await log.open({
      onEvent: () => wake.abort(),
      onProgress: (step) => {
        steps.push(step)
        wake.abort()
      },
    })()
    if (E.isLeft(opened)) {
      cause = opened.left.cause
      return
    }
    const open = opened.right
    const wakeUp = () => wake.abort()
    open.lost.addEventListener('abort', wakeUp)
    signal.addEventListener('abort', wakeUp)
    session = open
    for (const member of members) member.onProgressLost()
    try {
      while (!signal.aborted && !open.lost.aborted && !isIdle()) {
        wake = new AbortController()
        const read = await readOnce(open)
        if (E.isLeft(read)) {
          cause = read.left.cause
          return
        }
        onAnswer()
        if (read.right) continue
        passSteps()
        if (!signal.aborted && !open.lost.aborted)
          await sleep(progress.isWaiting() ? progressEveryMs : pollMs, wake.signal)
      }
      cause = 'its connection broke'
    } finally {
      signal.removeEventListener('abort', wakeUp)
      session = null
      await open.close()
    }
  }

  /** Forgets the position, because without members nothing is missed, and waits for one. */
  const rest = async (): Promise<void> => {
    position = null
    positioned = createSignal()
    wake = new AbortController()
    if (members.size === 0) await sleep(idleMs, wake.signal)
  }

  return {
    // The hub rests, reads with one connection, or pauses before it opens the next one.
    run: async (signal) => {
      const stop = () => wake.abort()
      signal.addEventListener('abort', stop)
      let failures = 0
      while (!signal.aborted) {
        if (isIdle()) {
          failures = 0
          await rest()
          continue
        }
        await readWithOne(signal, () => {
          failures = 0
          outages.answered('events')
        })
        if (signal.aborted || isIdle()) continue
        failures += 1
        if (failures >= unloggedFailures) outages.failed('events', { cause: oneLineMessage(cause) })
        await sleep(backoffMilliseconds(backoff, failures, Math.random), signal)
      }
      signal.removeEventListener('abort', stop)
    },

    join: (member) => {
      members.add(member)
      if (members.size === 1) wake.abort()
      return () => {
        if (members.delete(member) && members.size === 0) lastLeftAt = monotonic()
      }
    },

    ready: async () => {
      if (position === null) await withTimeout(positioned.promise, positionMs).catch(() => undefined)
      return position === null ? E.left(unavailable('database')(cause)) : E.right(undefined)
    },

    last: () => position?.last ?? null,

    readAfter: (after, media, onLast) => async () => {
      const until = position?.last
      if (session === null || until === undefined) return E.left(unavailable('database')(cause))
      const page = await session.replay(after, until, media)()
      if (E.isLeft(page)) return page
      if (page.right === 'unknown') return page
      const isLast = isSamePlace(page.right.at(-1)?.place ?? until, until)
      if (isLast && position !== null && isSamePlace(position.last, until)) onLast(until)
      return page
    },
  }
}
