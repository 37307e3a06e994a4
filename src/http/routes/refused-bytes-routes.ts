import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { TrashService } from '../../domain/library/trash-service.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { PageLimit } from '../../domain/shared/query-numbers.ts'
import { TimeText } from '../../domain/shared/reply-values.ts'
import { formatMicroseconds } from '../../domain/shared/timestamp.ts'
import { pipe, TE } from '../../fp.ts'
import { jsonOf, nothingOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { encodeTextCursor, pageLimitOf, TextCursor, toPage } from '../request/page-query.ts'
import { jsonReply, noContentReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly trashService: Pick<TrashService, 'listRefusedBytes' | 'acceptBytes'>
}

/** Any text, so that a text which is no SHA-512 gets the same reply as one that is not refused. */
const BySha512 = t.strict({ sha512: withDescription(t.string, 'A SHA-512 in lower-case hex.') })

const RefusedBytesJson = t.strict(
  {
    sha512: t.string,
    uid: withDescription(AnyUid, 'The file that was taken down. It may be gone.'),
    taken_down_at: TimeText,
  },
  'RefusedBytes',
)
const RefusedBytesPage = t.strict(
  { items: t.readonlyArray(RefusedBytesJson), next: nullable(t.string) },
  'RefusedBytesPage',
)
const ListQuery = t.partial({ limit: PageLimit, after: TextCursor })

/** The routes that list bytes which were taken down, and accept them again, for admins (http-api.md §8.8). */
export const refusedBytesRoutes = ({ admins, trashService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.get(
    '/refused_bytes',
    handle({
      about: {
        id: 'listRefusedBytes',
        tag: 'library',
        summary: 'Lists the bytes that are refused, because their files were taken down.',
        replies: { 200: jsonOf(RefusedBytesPage, 'A page of refused bytes, by `uid`.') },
      },
      credential,
      query: ListQuery,
      handler: ({ query }) => {
        const limit = pageLimitOf(query.limit)
        return pipe(
          trashService.listRefusedBytes(query.after ?? null, limit + 1),
          TE.map((loaded) => {
            const { items, next } = toPage(loaded, limit, ({ uid }) => encodeTextCursor(uid))
            return jsonReply(RefusedBytesPage, {
              items: items.map(({ takenDownAt, ...bytes }) => ({
                ...bytes,
                taken_down_at: formatMicroseconds(takenDownAt),
              })),
              next,
            })
          }),
        )
      },
    }),
  )

  routes.on(
    'DELETE',
    '/refused_bytes/:sha512',
    handle({
      about: {
        id: 'acceptBytes',
        tag: 'library',
        summary: 'Accepts bytes again that were taken down and erased.',
        replies: { 204: nothingOf('They are accepted when they are added.') },
        errors: [404, 409],
      },
      credential,
      params: BySha512,
      handler: ({ credential: { sub }, params }) =>
        pipe(
          trashService.acceptBytes(params.sha512, sub),
          TE.map(() => noContentReply),
        ),
    }),
  )
  return routes
}
