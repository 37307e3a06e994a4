import * as t from 'io-ts'
import type { RevocationService } from '../../domain/access/revocation-service.ts'
import { parseRevocationTarget } from '../../domain/access/revocation-target.ts'
import { TokenSubject } from '../../domain/access/token-subject.ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { ReceiptsJson } from '../../domain/freshness/freshness-json.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { withDescription, withSchema } from '../../domain/shared/json-schema.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { PageLimit, PageStart } from '../../domain/shared/query-numbers.ts'
import { Count } from '../../domain/shared/reply-values.ts'
import { E, pipe, TE } from '../../fp.ts'
import { type Revocation, RevocationKind, type RevocationTarget } from '../../ports/revocations.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
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

const targetMember = { type: 'string', minLength: 1, maxLength: 512 }

/** The body of a revocation: an object with exactly one of the members `jti`, `uid` and `sub`. */
const TargetBody = withSchema(
  new t.Type<RevocationTarget, unknown, unknown>(
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
  ),
  {
    type: 'object',
    properties: { jti: targetMember, uid: targetMember, sub: targetMember },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    description: 'The id of a token, the uid of a file, or the subject of id tokens.',
  },
)

const ListQuery = t.partial({ limit: PageLimit, after: PageStart })

const NotBeforeJson = withDescription(Count, 'Tokens with an earlier `iat` are refused; seconds since 1970.')

/** Creates the codec of a revocation, with further members. */
const revocationOf = <P extends t.Props>(more: P) => {
  const common = { not_before: NotBeforeJson, ...more }
  return t.union([
    t.strict({ jti: TokenSubject, ...common }),
    t.strict({ uid: TokenSubject, ...common }),
    t.strict({ sub: TokenSubject, ...common }),
  ])
}

const RevocationJson = revocationOf({})
const RevokedJson = revocationOf({ purge: nullable(AnyUid), instances: ReceiptsJson })
const RevocationPage = t.strict(
  { items: t.readonlyArray(RevocationJson), next: nullable(t.string) },
  'RevocationPage',
)

const subjectOf = ({ kind, subject }: Revocation) => {
  if (kind === 'jti') return { jti: subject }
  return kind === 'uid' ? { uid: subject } : { sub: subject }
}

const revocationBody = (revocation: Revocation) => ({
  ...subjectOf(revocation),
  not_before: revocation.notBefore,
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
      about: {
        id: 'revokeTokens',
        tag: 'tokens',
        summary: 'Revokes a token, all tokens of a file, or all id tokens of a user.',
        replies: { 200: jsonOf(RevokedJson, 'The tokens are revoked. The receipts say which servers know.') },
        errors: [409],
      },
      credential,
      body: jsonBody(TargetBody),
      handler: ({ body }) =>
        pipe(
          revocationService.revoke(body),
          TE.bindTo('revoked'),
          TE.bindW('receipts', () => receiptsOf(freshness)),
          TE.map(({ revoked, receipts }) =>
            jsonReply(RevokedJson, { ...revocationBody(revoked), ...receipts }),
          ),
        ),
    }),
  )

  routes.get(
    '/revocations',
    handle({
      about: {
        id: 'listRevocations',
        tag: 'tokens',
        summary: 'Lists what was revoked, newest first.',
        replies: { 200: jsonOf(RevocationPage, 'A page of revocations.') },
      },
      credential,
      query: ListQuery,
      handler: ({ query }) => {
        const limit = pageLimitOf(query.limit)
        return pipe(
          revocationService.list(query.after ?? null, limit + 1),
          TE.map((loaded) => {
            const { items, next } = toPage(loaded, limit, ({ id }) => String(id))
            return jsonReply(RevocationPage, { items: items.map(revocationBody), next })
          }),
        )
      },
    }),
  )
  return routes
}
