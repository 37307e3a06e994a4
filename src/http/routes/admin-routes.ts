import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { BackgroundWork, TaskStatus } from '../../domain/background/background-work.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { Amount, Count } from '../../domain/shared/reply-values.ts'
import { TE } from '../../fp.ts'
import type { CacheCounts, CacheEvictions, CacheStats } from '../../ports/cache-stats.ts'
import { type RefusalCounts, refusalReasons } from '../middleware/refusal-counts.ts'
import type { TrafficCounters } from '../middleware/traffic-counters.ts'
import { AdminJson } from '../openapi/admin-json.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
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

const CountsJson = t.strict(
  {
    tier: withDescription(t.string, '`memory` or `disk`.'),
    family: withDescription(t.string, 'The template of the keys.'),
    hits: Count,
    misses: Count,
    collapsed: withDescription(Count, 'Reads that shared a fill under way.'),
    errors: Count,
    fills: Count,
    filled_bytes: Count,
    fill_ms: withDescription(Amount, 'Milliseconds of all fills together.'),
  },
  'CacheCounts',
)
type CountsJson = t.TypeOf<typeof CountsJson>

const EvictionsJson = t.strict({ tier: t.string, evictions: Count, evicted_bytes: Count }, 'CacheEvictions')
type EvictionsJson = t.TypeOf<typeof EvictionsJson>

const counters = <N extends string>(names: ReadonlyArray<N>) =>
  t.strict(Object.fromEntries(names.map((name) => [name, Count])) as Readonly<Record<N, typeof Count>>)

const CacheJson = t.strict(
  {
    counts: t.readonlyArray(CountsJson),
    evictions: t.readonlyArray(EvictionsJson),
    refusals: withDescription(counters(refusalReasons), 'Refused requests by reason.'),
    traffic: t.strict({
      connections: counters(['open', 'dropped', 'stalled', 'timed_out', 'malformed']),
      requests: counters([
        'in_flight',
        'waiting',
        'refused_full',
        'refused_waited',
        'abandoned',
        'refused_early',
      ]),
    }),
  },
  'CacheStatistics',
)

const TaskJson = t.strict(
  {
    task: t.string,
    state: oneOf('task_state', ['running', 'waiting', 'done', 'stopped'] as const),
    runs: Count,
    failures: Count,
    last_failure: nullable(t.string),
  },
  'BackgroundTask',
)
type TaskJson = t.TypeOf<typeof TaskJson>
const BackgroundJson = t.strict({ tasks: t.readonlyArray(TaskJson) }, 'BackgroundTasks')

const countsBody = ({ filledBytes, fillMs, ...counts }: CacheCounts): CountsJson => ({
  ...counts,
  filled_bytes: filledBytes,
  fill_ms: fillMs,
})

const evictionsBody = ({ evictedBytes, ...evictions }: CacheEvictions): EvictionsJson => ({
  ...evictions,
  evicted_bytes: evictedBytes,
})

const taskBody = ({ lastFailure, ...task }: TaskStatus): TaskJson => ({ ...task, last_failure: lastFailure })

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
      about: {
        id: 'showMe',
        tag: 'admins',
        summary: 'Says whose token it is.',
        replies: { 200: jsonOf(AdminJson, 'The admin whose token it is.') },
      },
      credential: admin,
      handler: ({ credential: { sub } }) => TE.right(jsonReply(AdminJson, { sub, admin: true })),
    }),
  )

  routes.get(
    '/cache',
    handle({
      about: {
        id: 'showCache',
        tag: 'caches',
        summary: 'Shows counters of the cache, of refused requests and of the traffic.',
        replies: { 200: jsonOf(CacheJson, 'The counters of this server since its start.') },
      },
      credential: admin,
      handler: () =>
        TE.right(
          jsonReply(CacheJson, {
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
      about: {
        id: 'showBackground',
        tag: 'caches',
        summary: 'Shows the background tasks of this server.',
        replies: { 200: jsonOf(BackgroundJson, 'The tasks.') },
      },
      credential: admin,
      handler: () => TE.right(jsonReply(BackgroundJson, { tasks: background.statuses().map(taskBody) })),
    }),
  )
  return routes
}
