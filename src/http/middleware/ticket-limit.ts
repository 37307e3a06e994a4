import { overloaded } from '../../domain/shared/errors.ts'
import type { TicketRequests } from '../../domain/upload/ticket-requests.ts'
import type { UploadRights } from '../../domain/upload/upload.ts'
import { E } from '../../fp.ts'
import type { Route } from '../route.ts'
import type { RouteHandler, RouteMiddleware } from '../route-handler.ts'

/** Creates the middleware of a route for those who upload. */
export type UploadRouteHandler = <P, Q, B>(route: Route<UploadRights, P, Q, B>) => RouteMiddleware

/** Limits the requests of a ticket that are handled at a time. The body of a request is read by its handler. */
export const limitTicketRequests =
  (handle: RouteHandler, beginRequest: TicketRequests): UploadRouteHandler =>
  (route) =>
    handle({
      ...route,
      handler: (input) => async () => {
        const { owner } = input.credential
        if (owner.kind !== 'ticket') return route.handler(input)()
        const endRequest = beginRequest(owner.ticket)
        if (endRequest === null) return E.left(overloaded(1))
        try {
          return await route.handler(input)()
        } finally {
          endRequest()
        }
      },
    })
