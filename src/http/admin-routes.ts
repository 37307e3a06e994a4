import Router from '@koa/router'
import * as t from 'io-ts'
import type { AdminService } from '../domain/admin/admin-service.ts'
import { pipe, TE } from '../fp.ts'
import { readBearer } from './credential.ts'
import type { Handle } from './handle.ts'
import { json } from './reply.ts'

/** wire.md §8.1. */
export const adminRoutes = (admins: AdminService, handle: Handle): Router => {
  const router = new Router({ prefix: '/api/1/admin' })

  router.get(
    '/me',
    handle({
      credential: (incoming) => pipe(TE.fromEither(readBearer(incoming)), TE.flatMap(admins.authenticate)),
      params: t.unknown,
      query: t.unknown,
      run: ({ credential: { sub } }) => TE.right(json({ sub, admin: true })),
    }),
  )
  return router
}
