import Router from '@koa/router'
import * as t from 'io-ts'
import type { AdminService } from '../domain/admin/admin-service.ts'
import { pipe, TE } from '../fp.ts'
import type { CacheCounts, CacheEvictions, CacheStats } from '../ports/cache-stats.ts'
import type { Identity } from '../ports/id-tokens.ts'
import { type Authenticate, readBearer } from './credential.ts'
import type { Handle } from './handle.ts'
import { json } from './reply.ts'
import type { Traffic } from './traffic.ts'

type Deps = {
  readonly admins: AdminService
  readonly cacheStats: CacheStats
  readonly traffic: Traffic
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

/** http-api.md §8.1, and of §8.2 what the cache does. */
export const adminRoutes = ({ admins, cacheStats, traffic }: Deps, handle: Handle): Router => {
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
            traffic,
          }),
        ),
    }),
  )
  return router
}
