import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { EventJson } from '../../domain/events/event-json.ts'
import { AnyUid, JobUid } from '../../domain/media/ids.ts'
import { pipe, TE } from '../../fp.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import type { ReplyWithEvents } from '../response/event-feed-reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = { readonly admins: AdminService; readonly replyWithEvents: ReplyWithEvents }

const EventQuery = t.partial({ media: AnyUid, job: JobUid })

/** The route of events, for admins (http-api.md §12.3). */
export const eventRoutes = ({ admins, replyWithEvents }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')

  routes.get(
    '/events',
    handle({
      about: {
        id: 'followEvents',
        tag: 'library',
        summary:
          'Sends what happens to the files of the library, and how far jobs are, as a stream of events.',
        description:
          'Server-sent events. `event` is the type, `data` is JSON as described here. Those of files have an `id`: with the last one in `Last-Event-ID`, the stream goes on after it. If the events after it are not stored any more, the first event is `reset`.',
        parameters: {
          media: 'The uid of a file: only its events, and the progress of its jobs.',
          job: 'The uid of a job: only its progress, at once as it is now.',
        },
        headers: ['Last-Event-ID'],
        replies: {
          200: {
            description: 'Events, until the client or the server ends the stream.',
            content: { 'text/event-stream': EventJson },
            headers: ['Cache-Control'],
          },
        },
        errors: [404],
      },
      // The token ends the stream when it expires or is revoked, so the stream verifies it again.
      credential: bearerAuthenticator((jwt) =>
        pipe(
          admins.authenticate(jwt),
          TE.map(() => jwt),
        ),
      ),
      query: EventQuery,
      handler: ({ credential, query: { media = null, job = null }, incoming }) =>
        replyWithEvents(credential, { media, job }, incoming.headers['last-event-id'] as string | undefined),
    }),
  )
  return routes
}
