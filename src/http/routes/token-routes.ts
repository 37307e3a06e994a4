import * as t from 'io-ts'
import type { ExplainCheckedToken } from '../../domain/access/explain-checked-token.ts'
import { Restrictions } from '../../domain/access/restrictions.ts'
import { TokenExplanationJson, toExplanationJson } from '../../domain/access/token-explanation-json.ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { NewMediaToken } from '../../domain/admin/mint-media-token.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { mediaKinds } from '../../domain/media/media-kind.ts'
import { overloaded } from '../../domain/shared/errors.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { refine } from '../../domain/shared/refine.ts'
import { Count } from '../../domain/shared/reply-values.ts'
import { storableText } from '../../domain/shared/storable-text.ts'
import { pipe, TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import { createRateLimit } from '../middleware/rate-limit.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { closedObject } from '../request/closed-object.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { unprocessable } from '../request/request-faults.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly explainCheckedToken: ExplainCheckedToken
  /** Returns whether one more token may be explained now. */
  readonly mayExplainToken: () => boolean
}

const Seconds = refine(
  'seconds',
  (u): u is number => Number.isSafeInteger(u) && Number(u) > 0,
  'should be a whole number of seconds above 0',
  { type: 'integer', minimum: 1 },
)

const NewToken = closedObject(
  t.intersection(
    [t.type({ uid: AnyUid }), t.partial({ ttl_seconds: Seconds, restrictions: closedObject(Restrictions) })],
    'NewToken',
  ),
)
const GivenToken = closedObject(t.type({ jwt: storableText({ maxCharacters: 4096 }) }, 'GivenToken'))

const MediaTokenJson = t.intersection(
  [
    t.strict({
      uid: AnyUid,
      kind: oneOf('media_kind', mediaKinds),
      jwt: withDescription(t.string, 'The token.'),
      exp: withDescription(Count, 'When it expires, in seconds since 1970.'),
    }),
    t.exact(t.partial({ jti: withDescription(t.string, 'Its id, for revocation.') })),
  ],
  'MediaToken',
)
type MediaTokenJson = t.TypeOf<typeof MediaTokenJson>

/**
 * Creates the limit of explanations: 5 a second, 20 at once. This is enough for people, and too few to try out
 * signatures.
 */
export const createExplanationLimit = (monotonic: Monotonic): (() => boolean) =>
  createRateLimit(5, 20, monotonic)

const tokenBody = (uid: string, { kind, jwt, grant: { jti, exp } }: NewMediaToken): MediaTokenJson => ({
  uid,
  kind,
  jwt,
  ...(jti !== undefined && { jti }),
  exp,
})

/** The routes that mint and explain media tokens (http-api.md §8.11). */
export const tokenRoutes = (
  { admins, explainCheckedToken, mayExplainToken }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/tokens',
    handle({
      about: {
        id: 'mintToken',
        tag: 'tokens',
        summary: 'Mints a media token for a file.',
        replies: { 200: jsonOf(MediaTokenJson, 'The token.') },
        errors: [404, 409],
      },
      credential,
      body: jsonBody(NewToken),
      handler: ({ body: { uid, ttl_seconds: ttlSeconds, restrictions } }) =>
        pipe(
          admins.mintMediaToken(uid, ttlSeconds ?? null, restrictions),
          TE.map((token) => jsonReply(MediaTokenJson, tokenBody(uid, token))),
          TE.mapLeft((error) =>
            error._tag === 'Refused'
              ? unprocessable([{ loc: ['body'], msg: error.message, type: 'token' }])
              : error,
          ),
        ),
    }),
  )

  routes.on(
    'POST',
    '/tokens/explain',
    handle({
      about: {
        id: 'explainToken',
        tag: 'tokens',
        summary: 'Says what a token opens, or why it is refused.',
        replies: { 200: jsonOf(TokenExplanationJson, 'The explanation.') },
      },
      credential,
      body: jsonBody(GivenToken),
      handler: ({ body: { jwt } }) =>
        mayExplainToken()
          ? pipe(
              explainCheckedToken(jwt),
              TE.map((explained) => jsonReply(TokenExplanationJson, toExplanationJson(explained))),
            )
          : TE.left(overloaded(1)),
    }),
  )
  return routes
}
