import { E, O, pipe, TE } from '../../fp.ts'
import type { JobFilter, JobPage, JobQueue } from '../../ports/job-queue.ts'
import type { JobUid } from '../media/ids.ts'
import { type Conflict, conflict, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { Job } from './job.ts'

type FoundJob = TE.TaskEither<NotFound | Unavailable, Job>
type ChangedJob = TE.TaskEither<NotFound | Conflict | Unavailable, Job>

/** Jobs for admins. Each function that changes a job returns it as it is afterwards. */
export type JobService = {
  readonly list: (
    filter: JobFilter,
    limit: number,
    after: number | null,
  ) => TE.TaskEither<Unavailable, JobPage>
  readonly find: (job: JobUid) => FoundJob
  /** Fails with Conflict unless the job has failed or was cancelled. */
  readonly retry: (job: JobUid) => ChangedJob
  /** Fails with Conflict unless the job waits or runs. */
  readonly cancel: (job: JobUid) => ChangedJob
  /** Fails with Conflict unless the job waits or runs. */
  readonly setPriority: (job: JobUid, priority: number) => ChangedJob
}

export const createJobService = (jobs: JobQueue): JobService => {
  const find = (uid: JobUid): FoundJob =>
    pipe(
      jobs.find(uid),
      TE.flatMapEither((job) => (O.isSome(job) ? E.right(job.value) : E.left(notFound('job', uid)))),
    )

  const change = (uid: JobUid, changing: ReturnType<JobQueue['retry']>, fault: string): ChangedJob =>
    pipe(
      changing,
      TE.flatMap((result): ChangedJob => (result === 'wrong state' ? TE.left(conflict(fault)) : find(uid))),
    )

  return {
    list: jobs.list,
    find,
    retry: (uid) =>
      change(
        uid,
        jobs.retry(uid),
        'only a failed or cancelled job of a file that is not in the trash can be retried, if no other job of its kind waits for the file or runs',
      ),
    cancel: (uid) => change(uid, jobs.cancel(uid), 'only a waiting or running job can be cancelled'),
    setPriority: (uid, priority) =>
      change(uid, jobs.setPriority(uid, priority), 'only a waiting or running job has a priority'),
  }
}
