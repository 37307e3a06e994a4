import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { BackgroundWork, TaskStatus } from '../../domain/background/background-work.ts'
import { TE } from '../../fp.ts'
import type { CacheCounts, CacheEvictions, CacheStats } from '../../ports/cache-stats.ts'
import type { RefusalCounts } from '../middleware/refusal-counts.ts'
import type { TrafficCounters } from '../middleware/traffic-counters.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly admins: AdminService
  readonly cacheStats: CacheStats
  readonly refusals: RefusalCounts
  readonly traffic: TrafficCounters
  readonly background: Pick<BackgroundWork, 'statuses'>
}

const countsBody = ({ filledBytes, fillMs, ...counts }: CacheCounts) => ({
  ...counts,
  filled_bytes: filledBytes,
  fill_ms: fillMs,
})

const evictionsBody = ({ evictedBytes, ...evictions }: CacheEvictions) => ({
  ...evictions,
  evicted_bytes: evictedBytes,
})

const taskBody = ({ lastFailure, ...task }: TaskStatus) => ({ ...task, last_failure: lastFailure })

/**
 * The routes for admins: identity (http-api.md §8.1), and counters of the cache and the background work
 * (§8.2).
 */
export const adminRoutes = (
  { admins, cacheStats, traffic, refusals, background }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const admin = bearerAuthenticator(admins.authenticate)

  routes.get(
    '/me',
    handle({
      credential: admin,
      handler: ({ credential: { sub } }) => TE.right(jsonReply({ sub, admin: true })),
    }),
  )

  routes.get(
    '/cache',
    handle({
      credential: admin,
      handler: () =>
        TE.right(
          jsonReply({
            counts: cacheStats.counts().map(countsBody),
            evictions: cacheStats.evictions().map(evictionsBody),
            refusals: refusals.counts(),
            traffic,
          }),
        ),
    }),
  )

  routes.get(
    '/background',
    handle({
      credential: admin,
      handler: () => TE.right(jsonReply({ tasks: background.statuses().map(taskBody) })),
    }),
  )
  return routes
}
