import {
  activeStates,
  type JobLease,
  type LeasedJob,
  noProgress,
  retryableStates,
} from '../../domain/jobs/job.ts'
import { inTrash, notFound } from '../../domain/shared/errors.ts'
import { exactTotal } from '../../domain/shared/exact-total.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { JobChange, JobFilter, JobQueue } from '../../ports/job-queue.ts'
import { type MemoryJobs, toJob } from './memory-jobs.ts'

type Row = ReturnType<MemoryJobs['all']>[number]

const byUrgency = (a: Row, b: Row): number => b.priority - a.priority || a.runAt - b.runAt || a.id - b.id

const matches =
  ({ state, kind, media }: JobFilter) =>
  (row: Row): boolean =>
    (state === null || row.state === state) &&
    (kind === null || row.kind === kind) &&
    (media === null || row.media.uid === media)

/** Implements JobQueue in memory, for tests. Queues on the same `jobs` act like processes on one database. */
export const createMemoryJobQueue = (jobs: MemoryJobs, clock: Clock, worker = 'memory'): JobQueue => {
  const isDue = (row: Row): boolean => row.state === 'waiting' && row.runAt <= clock()

  /** Changes the job that holds this lease. */
  const whileHeld = (lease: JobLease, change: (row: Row) => void) =>
    TE.fromIO(() => {
      const row = jobs.held(lease)
      if (row !== undefined) change(row)
      return row !== undefined
    })

  const changeIf = (uid: JobLease['job'], isPermitted: (row: Row) => boolean, change: (row: Row) => Row) =>
    TE.fromIO((): JobChange => {
      const row = jobs.rows.get(uid)
      if (row === undefined) return 'missing'
      if (!isPermitted(row)) return 'wrong state'
      jobs.set(change(row))
      return 'changed'
    })

  return {
    enqueue: (job) => async () => {
      const active = jobs.activeOf(job.media.uid, job.kind)
      if (active !== undefined) return E.right(active.uid)
      if (!jobs.files.has(job.media.uid)) return E.left(notFound('file', job.media.uid))
      if (jobs.frozen.has(job.media.uid)) return E.left(inTrash(job.media.uid))
      jobs.insert(job)
      return E.right(job.uid)
    },

    take: (limit) =>
      TE.fromIO(() => {
        jobs.workers.add(worker)
        const due = jobs.all().filter(isDue).sort(byUrgency).slice(0, limit)
        return due.map((row) => jobs.lease(row, worker))
      }),

    takeOne: (uid) =>
      TE.fromIO((): O.Option<LeasedJob> => {
        const row = jobs.rows.get(uid)
        return row?.state === 'waiting' ? O.some(jobs.lease(row, worker)) : O.none
      }),

    renew: (lease, progress) => whileHeld(lease, (row) => jobs.renew(row, progress)),

    settle: (lease, outcome) => whileHeld(lease, (row) => jobs.settle(row, outcome)),

    reap: TE.fromIO(jobs.reap),

    prune: (forMs, limit) => TE.fromIO(() => jobs.prune(forMs, limit)),

    hasWorkers: TE.fromIO(() => [...jobs.workers].some((other) => other !== worker)),

    oldestRunningAge: TE.fromIO(() => {
      const running = jobs.all().filter(({ state }) => state === 'running')
      return Math.max(0, ...running.map(({ startedAt }) => clock() - (startedAt ?? 0)))
    }),

    find: (uid) => TE.fromIO(() => pipe(O.fromNullable(jobs.rows.get(uid)), O.map(toJob))),

    list: (filter, limit, after) =>
      TE.fromIO(() => {
        const matching = jobs.all().filter(matches(filter))
        const rest = matching.filter(({ id }) => after === null || id < after).reverse()
        const page = rest.slice(0, limit)
        return {
          items: page.map(toJob),
          next: rest.length > limit ? (page.at(-1)?.id ?? null) : null,
          total: exactTotal(matching.length),
        }
      }),

    retry: (uid) =>
      changeIf(
        uid,
        (row) =>
          retryableStates.includes(row.state) &&
          !jobs.frozen.has(row.media.uid) &&
          jobs.activeOf(row.media.uid, row.kind) === undefined,
        (row) => ({
          ...row,
          ...noProgress,
          state: 'waiting',
          attempt: 0,
          lost: 0,
          error: null,
          isRefused: false,
          endedAt: null,
          runAt: clock(),
        }),
      ),

    cancel: (uid) =>
      changeIf(
        uid,
        ({ state }) => activeStates.includes(state),
        (row) => ({
          ...row,
          ...noProgress,
          progress: row.progress,
          state: 'cancelled',
          leaseToken: null,
          endedAt: clock(),
        }),
      ),

    setPriority: (uid, priority) =>
      changeIf(
        uid,
        ({ state }) => activeStates.includes(state),
        (row) => ({ ...row, priority }),
      ),
  }
}
