import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EventPlace } from '../../ports/event-log.ts'
import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { DomainError, Unavailable } from '../shared/errors.ts'
import type { EventHub } from './event-hub.ts'
import { isLaterPlace } from './event-id.ts'
import { eventItem, type FeedFilter, type FeedItem, resetItem } from './feed-item.ts'
import { createFeedPermission } from './feed-permission.ts'
import { createFeedQueue } from './feed-queue.ts'

/** Items for the client, and the place up to which it has everything then, if that is known and news. */
export type FeedNews = { readonly items: ReadonlyArray<FeedItem>; readonly place: EventPlace | null }

type FeedDeps = {
  readonly hub: EventHub
  /** Fails with Unavailable for a while, with any other error when the client may not follow any more. */
  readonly authorize: TE.TaskEither<DomainError, unknown>
  /** Reads the present step of the job that is followed; `null` if the job is gone. */
  readonly readStep: TE.TaskEither<DomainError, FeedItem | null>
  readonly isStopping: () => boolean
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly sleep: Sleep
}

export type FeedRequest = {
  readonly filter: FeedFilter
  /** The last event that the client has; `unknown`: none of this log; `null`: it has none, and begins now. */
  readonly after: EventPlace | 'unknown' | null
}

type EventFeed = {
  /** Yields what happens, until the client may not follow any more, is too slow, or the process stops. */
  readonly follow: (signal: AbortSignal) => AsyncGenerator<FeedNews>
  /** Must be called at the end, also if `follow` is not. */
  readonly close: () => void
}

/** A client without news is looked at this often (milliseconds). */
const lookEveryMs = 1000
/** Proxies close a connection that is quiet for a minute or even less. */
const quietMs = 15_000

/**
 * Follows events for one client, in two phases: it catches up with pages of older events, and then gets what the hub passes
 * on. The queue begins at the place that the last page has reached, so that nothing is lost or sent twice in between. Fails
 * with Unavailable if it is not known from where on, without the database.
 */
export const openEventFeed =
  (deps: FeedDeps, { filter, after }: FeedRequest): TE.TaskEither<Unavailable, EventFeed> =>
  async () => {
    const { hub, readStep, isStopping, clock, monotonic, sleep } = deps
    const followsJob = filter.job !== null
    let wake = new AbortController()
    /** Whether the client needs the present step of its job: steps are not stored. */
    let lacksStep = followsJob
    const queue = createFeedQueue(filter, () => wake.abort())
    const close = hub.join({
      push: queue.push,
      onProgressLost: () => {
        lacksStep = followsJob
        wake.abort()
      },
    })
    const ready = await hub.ready()
    if (E.isLeft(ready)) {
      close()
      return ready
    }

    const follow = async function* (signal: AbortSignal): AsyncGenerator<FeedNews> {
      const wakeUp = () => wake.abort()
      signal.addEventListener('abort', wakeUp)
      const isEnded = () => signal.aborted || isStopping() || queue.isOverfull()
      const readPermission = createFeedPermission(deps.authorize, monotonic)
      let quietAt: MonotonicMs | null = null
      /** The client has everything up to here; `null` if that is not known. */
      let place = after === 'unknown' ? null : after
      /** What the client gets next. */
      let items: ReadonlyArray<FeedItem> = []

      /** First phase: reads a page of older events. Begins the second phase if there are no more. */
      const catchUp = async (): Promise<ReadonlyArray<FeedItem>> => {
        if (place === null || followsJob) {
          const last = hub.last()
          if (last !== null) queue.begin(last)
          return last === null || followsJob || after === null ? [] : [resetItem(last, clock())]
        }
        const from = place
        const read = await hub.readAfter(from, filter.media, (end) =>
          // Another process may have passed on events that this one has not read.
          queue.begin(isLaterPlace(from, end) ? from : end),
        )()
        if (E.isRight(read) && read.right !== 'unknown') return read.right.map(eventItem)
        const now = hub.last()
        if (E.isLeft(read) || now === null) {
          await sleep(lookEveryMs, signal)
          return []
        }
        queue.begin(now)
        return [resetItem(now, clock())]
      }

      /** Second phase: waits for what happens now. */
      const takeNews = async (): Promise<ReadonlyArray<FeedItem>> => {
        if (queue.isEmpty() && !lacksStep) {
          wake = new AbortController()
          if (!signal.aborted) await sleep(lookEveryMs, wake.signal)
        }
        const news = queue.take()
        if (!lacksStep) return news
        // The present step is later than what has waited. If steps are lost while it is read, it is read again.
        lacksStep = false
        const step = await readStep()
        if (E.isRight(step)) return step.right === null ? news : [...news, step.right]
        lacksStep = true
        await sleep(lookEveryMs, signal)
        return news
      }

      const send = (sent: ReadonlyArray<FeedItem>): FeedNews => {
        quietAt = addMilliseconds(monotonic(), quietMs)
        for (const item of sent) place = item.place ?? place
        const isCurrent = items.length === 0 && queue.hasBegun() && queue.isEmpty()
        const last = isCurrent ? hub.last() : null
        if (sent.length > 0 || last === null || (place !== null && !isLaterPlace(last, place)))
          return { items: sent, place: null }
        place = last
        return { items: sent, place }
      }

      try {
        while (!isEnded()) {
          if (items.length === 0) items = queue.hasBegun() ? await takeNews() : await catchUp()
          if (isEnded()) return
          const permission = await readPermission(items.length > 0)
          if (permission === 'ended') return
          if (items.length > 0 && permission === 'confirmed') {
            const sent = items
            items = []
            yield send(sent)
          } else {
            if (items.length > 0) await sleep(lookEveryMs, signal)
            if (quietAt === null || monotonic() >= quietAt) yield send([])
          }
        }
      } finally {
        signal.removeEventListener('abort', wakeUp)
      }
    }
    return E.right({ follow, close })
  }
