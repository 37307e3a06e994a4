import * as t from 'io-ts'
import type { RevocationService } from '../../domain/access/revocation-service.ts'
import { parseRevocationTarget } from '../../domain/access/revocation-target.ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import { PageLimit, PageStart } from '../../domain/shared/query-numbers.ts'
import { E, pipe, TE } from '../../fp.ts'
import { type Revocation, RevocationKind, type RevocationTarget } from '../../ports/revocations.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { pageLimitOf, toPage } from '../request/page-query.ts'
import { receiptsOf } from '../response/receipts.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly revocationService: Pick<RevocationService, 'revoke' | 'list'>
  readonly freshness: Pick<FreshnessService, 'requestReceipts'>
}

/** The body of a revocation: an object with exactly one of the members `jti`, `uid` and `sub`. */
const TargetBody = new t.Type<RevocationTarget, unknown, unknown>(
  'revocation',
  (u): u is RevocationTarget => t.type({ kind: RevocationKind, subject: t.string }).is(u),
  (u, context) => {
    const [member, ...more] = t.UnknownRecord.is(u) && !Array.isArray(u) ? Object.entries(u) : []
    const [kind, subject] = member ?? []
    if (!RevocationKind.is(kind) || more.length > 0)
      return t.failure(u, context, 'should have exactly one of the members jti, uid and sub')
    const target = parseRevocationTarget(kind, subject)
    return E.isRight(target)
      ? t.success(target.right)
      : t.failure(subject, t.appendContext(context, kind, t.string, subject), target.left)
  },
  ({ kind, subject }) => ({ [kind]: subject }),
)

const ListQuery = t.partial({ limit: PageLimit, after: PageStart })

const revocationBody = ({ kind, subject, notBefore }: Revocation) => ({
  [kind]: subject,
  not_before: notBefore,
})

/** The routes that revoke tokens and list revocations (http-api.md §8.11). */
export const revocationRoutes = (
  { admins, revocationService, freshness }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/revocations',
    handle({
      credential,
      body: jsonBody(TargetBody),
      handler: ({ body }) =>
        pipe(
          revocationService.revoke(body),
          TE.bindTo('revoked'),
          TE.bindW('receipts', () => receiptsOf(freshness)),
          TE.map(({ revoked, receipts }) => jsonReply({ ...revocationBody(revoked), ...receipts })),
        ),
    }),
  )

  routes.get(
    '/revocations',
    handle({
      credential,
      query: ListQuery,
      handler: ({ query }) => {
        const limit = pageLimitOf(query.limit)
        return pipe(
          revocationService.list(query.after ?? null, limit + 1),
          TE.map((loaded) => {
            const { items, next } = toPage(loaded, limit, ({ id }) => String(id))
            return jsonReply({ items: items.map(revocationBody), next })
          }),
        )
      },
    }),
  )
  return routes
}
