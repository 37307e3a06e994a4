import * as t from 'io-ts'
import type { HealthService } from '../../domain/health/health-service.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { E, TE } from '../../fp.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { anonymousAuthenticator } from '../request/credential.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

const AliveJson = t.strict({ status: t.literal('alive') })
const ReadyJson = t.strict(
  {
    status: oneOf('readiness', ['ready', 'degraded', 'unavailable', 'stopping'] as const),
    checks: t.record(t.string, oneOf('check', ['ok', 'down'] as const)),
  },
  'Readiness',
)

/**
 * The routes of health checks (http-api.md §10). The replies do not contain the causes of failures, which are
 * reported only to operators, in the log and by `larder doctor`.
 */
export const healthRoutes = (
  { health, lifecycle }: { readonly health: HealthService; readonly lifecycle: ServerLifecycle },
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('')

  routes.get(
    '/healthz',
    handle({
      about: {
        id: 'showHealth',
        tag: 'service',
        summary: 'Says that the process is alive.',
        replies: { 200: jsonOf(AliveJson, 'The process is alive.') },
      },
      credential: anonymousAuthenticator,
      handler: () => TE.right(jsonReply(AliveJson, { status: 'alive' })),
    }),
  )

  routes.get(
    '/readyz',
    handle({
      about: {
        id: 'showReadiness',
        tag: 'service',
        summary: 'Says whether this server can serve, and how its dependencies are.',
        replies: {
          200: jsonOf(ReadyJson, 'It serves; if it is degraded, only what is cached.'),
          503: jsonOf(ReadyJson, 'It cannot serve, or is about to stop.'),
        },
      },
      credential: anonymousAuthenticator,
      handler: () => async () => {
        if (lifecycle.isStopping())
          return E.right(jsonReply(ReadyJson, { status: 'stopping', checks: {} }, 503))
        const { status, findings } = await health.examine()
        const checks = Object.fromEntries(
          findings.map(({ name, fault }) => [name, fault === null ? 'ok' : 'down'] as const),
        )
        return E.right(jsonReply(ReadyJson, { status, checks }, status === 'unavailable' ? 503 : 200))
      },
    }),
  )
  return routes
}
