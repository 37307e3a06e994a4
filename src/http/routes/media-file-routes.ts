import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { jobAsJson } from '../../domain/jobs/job-json.ts'
import type { LibraryService } from '../../domain/library/library-service.ts'
import { type ExportScope, exportScopes, type RequestExports } from '../../domain/library/request-exports.ts'
import type { DomainError } from '../../domain/shared/errors.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import type { OpenStreams } from '../../domain/shared/open-streams.ts'
import { type E, pipe, TE } from '../../fp.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import type { ReplyWithOriginal } from '../response/original-reply.ts'
import { jsonReply, type Reply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly library: Pick<LibraryService, 'findOriginal'>
  readonly requestExports: RequestExports
  readonly replyWithOriginal: ReplyWithOriginal
  readonly openStreams: Pick<OpenStreams, 'moment'>
}

// Any text, so that a text which is no uid gets the same reply as an unknown uid (http-api.md §1.2).
const ByUid = t.strict({ uid: t.string })

const Scope = oneOf('export_scope', exportScopes)

/** The body of a request for exports: an object with one member, which is `true`. */
const ExportsBody = new t.Type<ExportScope, unknown, unknown>(
  'exports',
  Scope.is,
  (u, context) => {
    const [member, ...more] = t.UnknownRecord.is(u) && !Array.isArray(u) ? Object.entries(u) : []
    const [scope, value] = member ?? []
    return Scope.is(scope) && value === true && more.length === 0
      ? t.success(scope)
      : t.failure(u, context, `should have exactly one of the members ${exportScopes.join(', ')}, with true`)
  },
  (scope) => ({ [scope]: true }),
)

/** The routes that make exports again, and return originals, for admins (http-api.md §8.9). */
export const mediaFileRoutes = (
  { admins, library, requestExports, replyWithOriginal, openStreams }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/media/:uid/exports',
    handle({
      credential,
      params: ByUid,
      body: jsonBody(ExportsBody),
      handler: ({ params: { uid }, body }) =>
        pipe(
          requestExports(uid, body),
          TE.map((job) => jsonReply(jobAsJson(job), 202)),
        ),
    }),
  )

  routes.get(
    '/media/:uid/original',
    handle({
      credential,
      params: ByUid,
      handler: ({ params: { uid }, incoming }) => {
        const ofFile = { file: uid, since: openStreams.moment() }
        return pipe(
          library.findOriginal(uid),
          TE.flatMapEither((original): E.Either<DomainError, Reply> => replyWithOriginal(incoming, original)),
          TE.map((reply) => ({ ...reply, ofFile })),
        )
      },
    }),
  )
  return routes
}
