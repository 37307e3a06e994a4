import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { instanceAsJson, purgeAsJson } from '../../domain/freshness/freshness-json.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import { AnyUid, PurgeUid } from '../../domain/media/ids.ts'
import { refine } from '../../domain/shared/refine.ts'
import { storableText } from '../../domain/shared/storable-text.ts'
import { pipe, TE } from '../../fp.ts'
import { isKeyName, isValueFamily } from '../../ports/cache-keys.ts'
import { closedObject } from '../request/closed-object.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { ByUid, namedByUid } from '../request/named-by-uid.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

/** Names of values are stored in the log of the database. None is as long as this. */
const StorableName = storableText({ maxCharacters: 512 })

const text = (name: string, is: (value: string) => boolean, expectation: string) =>
  refine(name, (u): u is string => StorableName.is(u) && is(u), expectation)

const PurgeTarget = t.union([
  closedObject(t.strict({ key: text('cache_key', isKeyName, 'should be the name of a cache key') })),
  closedObject(t.strict({ uid: AnyUid })),
  closedObject(
    t.strict({
      family: text('cache_family', isValueFamily, 'should be the template of a family of cached values'),
    }),
  ),
])

const purgeOf = namedByUid('purge', PurgeUid)

const maxBodyBytes = 16 * 1024

/** The routes that purge caches and list instances (http-api.md §9.7, §9.8), for admins. */
export const freshnessRoutes = (
  { admins, freshness }: { readonly admins: AdminService; readonly freshness: FreshnessService },
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/cache/purge',
    handle({
      credential,
      body: jsonBody(PurgeTarget, maxBodyBytes),
      handler: ({ body }) =>
        pipe(
          freshness.purge(body),
          TE.map((purge) => jsonReply(purgeAsJson(purge))),
        ),
    }),
  )

  routes.get(
    '/cache/purges/:uid',
    handle({
      credential,
      params: ByUid,
      handler: ({ params }) =>
        pipe(
          purgeOf(params),
          TE.flatMap(freshness.findPurge),
          TE.map((purge) => jsonReply(purgeAsJson(purge))),
        ),
    }),
  )

  routes.get(
    '/instances',
    handle({
      credential,
      handler: () =>
        pipe(
          freshness.listInstances,
          TE.map((items) => jsonReply({ items: items.map(instanceAsJson) })),
        ),
    }),
  )
  return routes
}
