import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { EventHub } from '../../domain/events/event-hub.ts'
import { formatEventId, parseEventId } from '../../domain/events/event-id.ts'
import { type FeedFilter, type FeedItem, progressItem, stepOfJob } from '../../domain/events/feed-item.ts'
import { type FeedNews, openEventFeed } from '../../domain/events/follow-events.ts'
import type { JobService } from '../../domain/jobs/job-service.ts'
import type { JobUid } from '../../domain/media/ids.ts'
import { type DomainError, overloaded } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import { encodeEventStream, eventStreamHeaders, quietEvent, streamRetrySeconds } from './event-stream.ts'
import type { Reply } from './reply.ts'
import type { StreamCounts } from './stream-counts.ts'

type FollowedFilter = Pick<FeedFilter, 'media'> & { readonly job: JobUid | null }

/** Replies with a stream of the events of the library, for an admin (http-api.md §12.3). */
export type ReplyWithEvents = (
  idToken: string,
  filter: FollowedFilter,
  lastEventId: string | undefined,
) => TE.TaskEither<DomainError, Reply>

type Deps = {
  readonly eventHub: EventHub
  readonly admins: Pick<AdminService, 'authenticate'>
  readonly jobService: Pick<JobService, 'find'>
  readonly streams: StreamCounts
  readonly lifecycle: ServerLifecycle
  readonly sleep: Sleep
  readonly clock: Clock
  readonly monotonic: Monotonic
}

/** An empty id: the client has none any more (HTML Standard, "last event ID buffer"). */
const formatId = (place: FeedItem['place']): string =>
  place === null ? '' : `id: ${formatEventId(place) ?? ''}\n`

const formatItem = ({ type, place, json }: FeedItem): string =>
  `${formatId(place)}event: ${type}\ndata: ${json}\n\n`

/** A quiet stream only tells the client up to where it has everything. */
const formatFeedNews = ({ items, place }: FeedNews): string => {
  if (items.length > 0) return items.map(formatItem).join('')
  return place === null ? quietEvent : `${formatId(place)}\n`
}

export const createReplyWithEvents = ({
  eventHub,
  admins,
  jobService,
  streams,
  lifecycle,
  sleep,
  clock,
  monotonic,
}: Deps): ReplyWithEvents => {
  /** Fails with NotFound if there is no such job. */
  const readStep = (job: JobUid | null): TE.TaskEither<DomainError, FeedItem | null> =>
    job === null
      ? TE.right(null)
      : pipe(
          jobService.find(job),
          TE.map((found) => progressItem(stepOfJob(found), clock())),
        )

  return (idToken, filter, lastEventId) =>
    pipe(
      readStep(filter.job),
      TE.flatMapEither((): E.Either<DomainError, Reply> => {
        if (streams.isFull('admin')) return E.left(overloaded(streamRetrySeconds))
        const deps = {
          hub: eventHub,
          authorize: admins.authenticate(idToken),
          readStep: pipe(
            readStep(filter.job),
            TE.orElse((error) => (error._tag === 'NotFound' ? TE.right(null) : TE.left(error))),
          ),
          isStopping: lifecycle.isStopping,
          ...{ clock, monotonic, sleep },
        }
        const after = lastEventId ? (parseEventId(lastEventId) ?? 'unknown') : null
        return E.right({
          status: 200,
          headers: eventStreamHeaders,
          body: {
            open: async () => {
              const closeCount = streams.open('admin')
              const feed = await openEventFeed(deps, { filter, after })()
              if (E.isLeft(feed)) {
                closeCount()
                return feed
              }
              return E.right(
                encodeEventStream(feed.right.follow, formatFeedNews, () => {
                  feed.right.close()
                  closeCount()
                }),
              )
            },
          },
        })
      }),
    )
}
