import type { Larder } from '../composition/larder.ts'
import { formatEventId, parseEventId } from '../domain/events/event-id.ts'
import type { EventJson } from '../domain/events/event-json.ts'
import { progressItem, stepOfJob } from '../domain/events/feed-item.ts'
import { type FeedRequest, openEventFeed } from '../domain/events/follow-events.ts'
import { JobUid } from '../domain/media/ids.ts'
import { pipe, TE } from '../fp.ts'
import type { LibraryAccess } from './library-access.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

type Services = Pick<Larder, 'eventHub' | 'jobService' | 'clock' | 'monotonic' | 'sleep'>

const readStep =
  ({ jobService, clock }: Services) =>
  (job: string | null) =>
    job === null || !JobUid.is(job)
      ? TE.right(null)
      : pipe(
          jobService.find(job),
          TE.map((found) => progressItem(stepOfJob(found), clock())),
        )

/** Follows the events of the library of this machine. Throws a `CommandError` if the job does not exist. */
export const followLocalEvents = (larder: Services): LibraryAccess['followEvents'] =>
  async function* (filter, after, signal) {
    const { eventHub, clock, monotonic, sleep } = larder
    const step = readStep(larder)(filter.job)
    await orThrowCommandError(step)
    const leaving = new AbortController()
    const isStopping = () => signal.aborted
    const deps = { hub: eventHub, clock, monotonic, sleep, readStep: step, isStopping }
    const reading = eventHub.run(AbortSignal.any([signal, leaving.signal]))
    let last: FeedRequest['after'] = after === null ? null : (parseEventId(after) ?? 'unknown')
    try {
      // A feed ends when its reader is too slow, and another one goes on.
      while (!signal.aborted) {
        const opened = openEventFeed({ ...deps, authorize: TE.right(undefined) }, { filter, after: last })
        const feed = await orThrowCommandError(opened)
        try {
          for await (const { items, place } of feed.follow(signal)) {
            for (const item of items) {
              const id = item.place === null ? null : formatEventId(item.place)
              yield { id, ...(JSON.parse(item.json) as EventJson) }
              last = item.place ?? last
            }
            last = place ?? last
          }
        } finally {
          feed.close()
        }
      }
    } finally {
      leaving.abort()
      await reading
    }
  }
