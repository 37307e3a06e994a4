import { TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type EventLog,
  type EventLogListener,
  type EventPlace,
  type JobStep,
  type StoredEvent,
  startOfEvents,
} from '../../ports/event-log.ts'

type MemoryEventLog = EventLog & {
  /** Adds an event, in a transaction of its own. */
  readonly append: (event: Pick<StoredEvent, 'type' | 'media' | 'data'>) => void
  readonly announce: (step: JobStep) => void
}

/** Events in memory, for tests. Nothing writes them but `append`. */
export const createMemoryEventLog = (clock: Clock): MemoryEventLog => {
  let nextId = 1
  let events: ReadonlyArray<StoredEvent> = []
  const listeners = new Set<EventLogListener>()
  const isAfter = (place: EventPlace) => (event: StoredEvent) => event.place.id > place.id
  const last = (): EventPlace => events.at(-1)?.place ?? startOfEvents
  const exists = ({ xid, id, check }: EventPlace): boolean =>
    id === 0 || events.some(({ place }) => place.xid === xid && place.id === id && place.check === check)
  const positionNow = () => ({ last: last(), horizon: String(nextId) })

  return {
    append: (event) => {
      const place = { xid: String(nextId), id: nextId, check: 0 }
      events = [...events, { ...event, place, createdAt: clock() }]
      nextId += 1
      for (const { onEvent } of listeners) onEvent()
    },
    announce: (step) => {
      for (const { onProgress } of listeners) onProgress(step)
    },
    open: (listener) =>
      TE.fromIO(() => {
        listeners.add(listener)
        const losing = new AbortController()
        return {
          readNew: (from) =>
            TE.fromIO(() => {
              const isGap = from !== null && !exists(from.last)
              const isNew = from === null || isGap ? () => false : isAfter(from.last)
              return { position: positionNow(), events: events.filter(isNew), hasMore: false, isGap }
            }),
          replay: (after, until, media) =>
            TE.fromIO(() =>
              exists(after)
                ? events.filter(
                    (event) =>
                      isAfter(after)(event) &&
                      !isAfter(until)(event) &&
                      (media === null || event.media === media),
                  )
                : 'unknown',
            ),
          lost: losing.signal,
          close: async () => {
            losing.abort()
            listeners.delete(listener)
          },
        }
      }),
    prune: (keepMs) =>
      TE.fromIO(() => {
        const before = events.length
        const newest = last()
        events = events.filter(
          ({ place, createdAt }) => createdAt >= clock() - keepMs || place.id === newest.id,
        )
        return before - events.length
      }),
  }
}
