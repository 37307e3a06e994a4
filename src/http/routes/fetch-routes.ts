import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import type { FetchService } from '../../domain/upload/fetch-service.ts'
import { pipe, TE } from '../../fp.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { createFetchBody, toFetchRequest } from '../request/fetch-body.ts'
import { jsonBody } from '../request/json-body.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: Pick<AdminService, 'authenticate'>
  readonly fetchService: Pick<FetchService, 'request' | 'mayUsePort'>
  readonly sharing: CorsPolicy
}

const FetchJson = t.strict(
  {
    upload: withDescription(AnyUid, 'The uid of the upload, to ask for its state.'),
    job: withDescription(AnyUid, 'The job that will make the exports, if the file is a new one.'),
  },
  'RequestedFetch',
)

/** The route that fetches files from other servers (http-api.md §11.3). */
export const fetchRoutes = ({ admins, fetchService, sharing }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1', sharing)

  routes.on(
    'POST',
    '/uploads/from_url',
    handle({
      about: {
        id: 'fetchFile',
        tag: 'uploads',
        summary: 'Fetches a file from another server.',
        replies: {
          202: jsonOf(FetchJson, 'The file will be fetched. The state of the upload tells how it went.'),
        },
        errors: [507],
      },
      credential: bearerAuthenticator(admins.authenticate),
      body: jsonBody(createFetchBody(fetchService.mayUsePort)),
      handler: ({ credential: { sub }, body }) =>
        pipe(
          fetchService.request(sub, toFetchRequest(body)),
          TE.map((requested) => jsonReply(FetchJson, requested, 202)),
        ),
    }),
  )
  return routes
}
