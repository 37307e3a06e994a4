import * as t from 'io-ts'
import { Subject } from '../../domain/access/subject.ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { notFound } from '../../domain/shared/errors.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { PageLimit } from '../../domain/shared/query-numbers.ts'
import { pipe, TE } from '../../fp.ts'
import { AdminJson } from '../openapi/admin-json.ts'
import { jsonOf, nothingOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { encodeTextCursor, pageLimitOf, TextCursor, toPage } from '../request/page-query.ts'
import { jsonReply, noContentReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

const BySubject = t.strict({ sub: Subject })
const AdminPage = t.strict(
  { items: t.readonlyArray(t.strict({ sub: Subject })), next: nullable(t.string) },
  'AdminPage',
)
const ListQuery = t.partial({ limit: PageLimit, after: TextCursor })

/** The routes that list, add and remove admins (http-api.md §8.12). */
export const adminUserRoutes = (admins: AdminService, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)
  const bySubject = { credential, params: BySubject, explainsParams: true } as const

  routes.get(
    '/admins',
    handle({
      about: {
        id: 'listAdmins',
        tag: 'admins',
        summary: 'Lists the admins.',
        replies: { 200: jsonOf(AdminPage, 'A page of admins, by `sub`.') },
      },
      credential,
      query: ListQuery,
      handler: ({ query }) => {
        const limit = pageLimitOf(query.limit)
        return pipe(
          admins.listAdmins(query.after ?? null, limit + 1),
          TE.map((loaded) => {
            const { items, next } = toPage(loaded, limit, encodeTextCursor)
            return jsonReply(AdminPage, { items: items.map((sub) => ({ sub })), next })
          }),
        )
      },
    }),
  )

  routes.get(
    '/admins/:sub',
    handle({
      about: {
        id: 'showAdmin',
        tag: 'admins',
        summary: 'Says whether a user is an admin.',
        replies: { 200: jsonOf(AdminJson, 'The user is an admin.') },
        errors: [404],
      },
      ...bySubject,
      handler: ({ params: { sub } }) =>
        pipe(
          admins.isAdmin(sub),
          TE.flatMap((isAdmin) =>
            isAdmin ? TE.right(jsonReply(AdminJson, { sub, admin: true })) : TE.left(notFound('admin', sub)),
          ),
        ),
    }),
  )

  routes.on(
    'PUT',
    '/admins/:sub',
    handle({
      about: {
        id: 'addAdmin',
        tag: 'admins',
        summary: 'Makes a user an admin.',
        replies: { 204: nothingOf('The user is an admin.') },
      },
      ...bySubject,
      handler: ({ params: { sub } }) =>
        pipe(
          admins.setAdmin(sub, true),
          TE.map(() => noContentReply),
        ),
    }),
  )

  routes.on(
    'DELETE',
    '/admins/:sub',
    handle({
      about: {
        id: 'removeAdmin',
        tag: 'admins',
        summary: 'Ends the right of an admin, unless it is the last one.',
        replies: { 204: nothingOf('The user is no admin.') },
        errors: [404, 409],
      },
      ...bySubject,
      handler: ({ params: { sub } }) =>
        pipe(
          admins.removeAdmin(sub),
          TE.map(() => noContentReply),
        ),
    }),
  )
  return routes
}
