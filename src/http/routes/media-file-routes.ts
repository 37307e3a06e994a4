import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { JobJson, jobAsJson } from '../../domain/jobs/job-json.ts'
import { erasureAsJson, MediaErasureJson } from '../../domain/library/erasure-json.ts'
import type { LibraryService } from '../../domain/library/library-service.ts'
import { type ExportScope, exportScopes, type RequestExports } from '../../domain/library/request-exports.ts'
import type { TrashService } from '../../domain/library/trash-service.ts'
import { withSchema } from '../../domain/shared/json-schema.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import type { OpenStreams } from '../../domain/shared/open-streams.ts'
import { pipe, TE } from '../../fp.ts'
import { bytesOf, jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { ByUid } from '../request/named-by-uid.ts'
import type { ReplyWithOriginal } from '../response/original-reply.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly library: Pick<LibraryService, 'findOriginal'>
  readonly requestExports: RequestExports
  readonly trashService: Pick<TrashService, 'findErasure'>
  readonly replyWithOriginal: ReplyWithOriginal
  readonly openStreams: Pick<OpenStreams, 'moment'>
}

const Scope = oneOf('export_scope', exportScopes)

/** The body of a request for exports: an object with one member, which is `true`. */
const ExportsBody = withSchema(
  new t.Type<ExportScope, unknown, unknown>(
    'exports',
    Scope.is,
    (u, context) => {
      const [member, ...more] = t.UnknownRecord.is(u) && !Array.isArray(u) ? Object.entries(u) : []
      const [scope, value] = member ?? []
      return Scope.is(scope) && value === true && more.length === 0
        ? t.success(scope)
        : t.failure(
            u,
            context,
            `should have exactly one of the members ${exportScopes.join(', ')}, with true`,
          )
    },
    (scope) => ({ [scope]: true }),
  ),
  {
    type: 'object',
    properties: Object.fromEntries(exportScopes.map((scope) => [scope, { const: true }])),
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  },
)

const original = bytesOf(['*/*'], 'The original, as an attachment.', [
  'Content-Disposition',
  'Content-Security-Policy',
])

/**
 * The routes that make exports again, return originals (http-api.md §8.9), and tell what is left of erased files (§8.8), for
 * admins.
 */
export const mediaFileRoutes = (
  { admins, library, requestExports, trashService, replyWithOriginal, openStreams }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/media/:uid/exports',
    handle({
      about: {
        id: 'makeExports',
        tag: 'library',
        summary: 'Makes missing, outdated or all exports of a file.',
        replies: { 202: jsonOf(JobJson, 'The job that makes them.') },
        errors: [404, 409],
      },
      credential,
      params: ByUid,
      body: jsonBody(ExportsBody),
      handler: ({ params: { uid }, body }) =>
        pipe(
          requestExports(uid, body),
          TE.map((job) => jsonReply(JobJson, jobAsJson(job), 202)),
        ),
    }),
  )

  routes.get(
    '/media/:uid/erasure',
    handle({
      about: {
        id: 'showErasure',
        tag: 'library',
        summary: 'Says whether the objects of an erased file are gone.',
        replies: { 200: jsonOf(MediaErasureJson, 'What is left of the file.') },
        errors: [404],
      },
      credential,
      params: ByUid,
      handler: ({ params: { uid } }) =>
        pipe(
          trashService.findErasure(uid),
          TE.map((erasure) => jsonReply(MediaErasureJson, erasureAsJson(erasure))),
        ),
    }),
  )

  routes.get(
    '/media/:uid/original',
    handle({
      about: {
        id: 'showOriginal',
        tag: 'library',
        summary: 'Sends the bytes that were added.',
        ...original,
        errors: [404, ...original.errors],
      },
      credential,
      params: ByUid,
      handler: ({ params: { uid }, incoming }) => {
        const ofFile = { file: uid, since: openStreams.moment() }
        return pipe(
          library.findOriginal(uid),
          TE.map((original) => ({ ...replyWithOriginal(incoming, original), ofFile })),
        )
      },
    }),
  )
  return routes
}
