import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { type Job, jobKinds, jobStates } from '../../domain/jobs/job.ts'
import { JobJson, JobPriority, jobAsJson } from '../../domain/jobs/job-json.ts'
import type { JobService } from '../../domain/jobs/job-service.ts'
import { AnyUid, JobUid } from '../../domain/media/ids.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { PageLimit, PageStart } from '../../domain/shared/query-numbers.ts'
import { Count } from '../../domain/shared/reply-values.ts'
import { pipe, TE } from '../../fp.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
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
const priorityBody = jsonBody(closedObject(t.strict({ priority: JobPriority }, 'JobChange')))
const JobPage = t.strict(
  { items: t.readonlyArray(JobJson), next: nullable(t.string), total: nullable(Count) },
  'JobPage',
)

const jobOf = namedByUid('job', JobUid)
const jobReply = (job: Job) => jsonReply(JobJson, jobAsJson(job))
const oneJob = { 200: jsonOf(JobJson, 'The job.') }

const jobChanges = {
  retry: 'Starts a failed or cancelled job again.',
  cancel: 'Cancels a waiting or running job.',
} as const

/** The routes of jobs, for admins (http-api.md §12.1). */
export const jobRoutes = ({ admins, jobService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const admin = bearerAuthenticator(admins.authenticate)

  routes.get(
    '/jobs',
    handle({
      about: {
        id: 'listJobs',
        tag: 'jobs',
        summary: 'Lists the jobs that make exports, newest first.',
        parameters: { media: 'The uid of a file: only its jobs.' },
        replies: { 200: jsonOf(JobPage, 'A page of jobs. `total` is null above 10,000.') },
      },
      credential: admin,
      query: ListQuery,
      handler: ({ query: { state = null, kind = null, media = null, limit, after = null } }) =>
        pipe(
          jobService.list({ state, kind, media }, pageLimitOf(limit), after),
          TE.map(({ items, next, total }) =>
            jsonReply(JobPage, {
              items: items.map(jobAsJson),
              next: next === null ? null : String(next),
              total,
            }),
          ),
        ),
    }),
  )

  routes.get(
    '/jobs/:uid',
    handle({
      about: {
        id: 'showJob',
        tag: 'jobs',
        summary: 'Shows a job.',
        replies: oneJob,
        errors: [404],
      },
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
        about: {
          id: `${change}Job`,
          tag: 'jobs',
          summary: jobChanges[change],
          replies: oneJob,
          errors: [404, 409],
        },
        credential: admin,
        params: ByUid,
        handler: ({ params }) => pipe(jobOf(params), TE.flatMap(jobService[change]), TE.map(jobReply)),
      }),
    )

  routes.on(
    'PATCH',
    '/jobs/:uid',
    handle({
      about: {
        id: 'changeJob',
        tag: 'jobs',
        summary: 'Changes the priority of a job.',
        replies: oneJob,
        errors: [404, 409],
      },
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
