import Router from '@koa/router'
import * as t from 'io-ts'
import type { AdminService } from '../domain/admin/admin-service.ts'
import type { BackgroundWork, TaskCounts } from '../domain/background/background-work.ts'
import { pipe, TE } from '../fp.ts'
import type { CacheCounts, CacheEvictions, CacheStats } from '../ports/cache-stats.ts'
import type { Identity } from '../ports/id-tokens.ts'
import { type Authenticate, readBearer } from './credential.ts'
import type { Handle } from './handle.ts'
import { json } from './reply.ts'

type Deps = {
  readonly admins: AdminService
  readonly cacheStats: CacheStats
  readonly background: Pick<BackgroundWork, 'counts'>
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

const taskBody = ({ lastFailure, ...task }: TaskCounts) => ({ ...task, last_failure: lastFailure })

/** http-api.md §8.1, and of §8.2 what the cache and the background work do. */
export const adminRoutes = ({ admins, cacheStats, background }: Deps, handle: Handle): Router => {
  const router = new Router({ prefix: '/api/1/admin' })

  const admin: Authenticate<Identity> = (incoming) =>
    pipe(TE.fromEither(readBearer(incoming)), TE.flatMap(admins.authenticate))

  router.get(
    '/me',
    handle({
      credential: admin,
      params: t.unknown,
      query: t.unknown,
      run: ({ credential: { sub } }) => TE.right(json({ sub, admin: true })),
    }),
  )

  router.get(
    '/cache',
    handle({
      credential: admin,
      params: t.unknown,
      query: t.unknown,
      run: () =>
        TE.right(
          json({
            counts: cacheStats.counts().map(countsBody),
            evictions: cacheStats.evictions().map(evictionsBody),
          }),
        ),
    }),
  )
  router.get(
    '/background',
    handle({
      credential: admin,
      params: t.unknown,
      query: t.unknown,
      run: () => TE.right(json({ tasks: background.counts().map(taskBody) })),
    }),
  )
  return router
}
