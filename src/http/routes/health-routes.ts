import type { HealthService } from '../../domain/health/health-service.ts'
import { E, TE } from '../../fp.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import { anonymousAuthenticator } from '../request/credential.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

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
      credential: anonymousAuthenticator,
      handler: () => TE.right(jsonReply({ status: 'alive' })),
    }),
  )

  routes.get(
    '/readyz',
    handle({
      credential: anonymousAuthenticator,
      handler: () => async () => {
        if (lifecycle.isStopping()) return E.right(jsonReply({ status: 'stopping', checks: {} }, 503))
        const { status, findings } = await health.examine()
        const checks = Object.fromEntries(
          findings.map(({ name, fault }) => [name, fault === null ? 'ok' : 'down']),
        )
        return E.right(jsonReply({ status, checks }, status === 'unavailable' ? 503 : 200))
      },
    }),
  )
  return routes
}
