import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { TimeText, UrlText } from '../../domain/shared/reply-values.ts'
import { rfc3339 } from '../../domain/shared/rfc3339.ts'
import type { TicketService } from '../../domain/upload/ticket-service.ts'
import { pipe, TE } from '../../fp.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { NewTicketBody, toTicketChoice } from '../request/ticket-body.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly ticketService: Pick<TicketService, 'issue'>
}

const TicketJson = t.strict(
  {
    ticket: withDescription(t.string, 'The secret for `Authorization: bearer`. It is shown only here.'),
    uid: withDescription(AnyUid, 'Its id, as the `jti` of a revocation.'),
    tus_url: withDescription(UrlText, 'Where uploads by tus are created.'),
    expires_at: TimeText,
  },
  'UploadTicket',
)

/** The route that issues tickets for uploads (http-api.md §11.4). */
export const ticketRoutes = ({ admins, ticketService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')

  routes.on(
    'POST',
    '/upload_tickets',
    handle({
      about: {
        id: 'issueUploadTicket',
        tag: 'uploads',
        summary: 'Issues a ticket, with which others can upload files.',
        replies: { 200: jsonOf(TicketJson, 'The ticket.') },
      },
      credential: bearerAuthenticator(admins.authenticate),
      body: jsonBody(NewTicketBody),
      handler: ({ credential: { sub }, body }) =>
        pipe(
          ticketService.issue(sub, toTicketChoice(body)),
          TE.map(({ secret, ticket, tusUrl }) =>
            jsonReply(TicketJson, {
              ticket: secret,
              uid: ticket.uid,
              tus_url: tusUrl,
              expires_at: rfc3339(ticket.expiresAt),
            }),
          ),
        ),
    }),
  )
  return routes
}
