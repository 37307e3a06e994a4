import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { type Job, jobKinds, jobPriorities, jobStates } from '../../domain/jobs/job.ts'
import { jobAsJson } from '../../domain/jobs/job-json.ts'
import type { JobService } from '../../domain/jobs/job-service.ts'
import { AnyUid, JobUid } from '../../domain/media/ids.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { PageLimit, PageStart } from '../../domain/shared/query-numbers.ts'
import { refine } from '../../domain/shared/refine.ts'
import { pipe, TE } from '../../fp.ts'
import { closedObject } from '../request/closed-object.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { ByUid, namedByUid } from '../request/named-by-uid.ts'
import { pageLimitOf } from '../request/page-query.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = { readonly admins: AdminService; readonly jobService: JobService }

const ListQuery = t.partial({
  state: oneOf('job_state', jobStates),
  kind: oneOf('job_kind', jobKinds),
  media: AnyUid,
  limit: PageLimit,
  after: PageStart,
})
const Priority = refine(
  'priority',
  (u): u is number => Number.isInteger(u) && Number(u) >= jobPriorities.min && Number(u) <= jobPriorities.max,
  `should be a whole number from ${jobPriorities.min} to ${jobPriorities.max}`,
)
const priorityBody = jsonBody(closedObject(t.strict({ priority: Priority })))

const jobOf = namedByUid('job', JobUid)
const jobReply = (job: Job) => jsonReply(jobAsJson(job))

/** The routes of jobs, for admins (http-api.md §12.1). */
export const jobRoutes = ({ admins, jobService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const admin = bearerAuthenticator(admins.authenticate)

  routes.get(
    '/jobs',
    handle({
      credential: admin,
      query: ListQuery,
      handler: ({ query: { state = null, kind = null, media = null, limit, after = null } }) =>
        pipe(
          jobService.list({ state, kind, media }, pageLimitOf(limit), after),
          TE.map(({ items, next, total }) =>
            jsonReply({ items: items.map(jobAsJson), next: next === null ? null : String(next), total }),
          ),
        ),
    }),
  )

  routes.get(
    '/jobs/:uid',
    handle({
      credential: admin,
      params: ByUid,
      handler: ({ params }) => pipe(jobOf(params), TE.flatMap(jobService.find), TE.map(jobReply)),
    }),
  )

  for (const change of ['retry', 'cancel'] as const)
    routes.on(
      'POST',
      `/jobs/:uid/${change}`,
      handle({
        credential: admin,
        params: ByUid,
        handler: ({ params }) => pipe(jobOf(params), TE.flatMap(jobService[change]), TE.map(jobReply)),
      }),
    )

  routes.on(
    'PATCH',
    '/jobs/:uid',
    handle({
      credential: admin,
      params: ByUid,
      body: priorityBody,
      handler: ({ params, body: { priority } }) =>
        pipe(
          jobOf(params),
          TE.flatMap((uid) => jobService.setPriority(uid, priority)),
          TE.map(jobReply),
        ),
    }),
  )
  return routes
}
