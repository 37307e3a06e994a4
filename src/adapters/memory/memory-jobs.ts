import {
  activeStates,
  type Job,
  type JobKind,
  type JobLease,
  type JobProgress,
  type LeasedJob,
  type NewJob,
  noProgress,
} from '../../domain/jobs/job.ts'
import { type JobOutcome, outcomeOfLoss } from '../../domain/jobs/job-outcome.ts'
import {
  attemptsFailedReason,
  cancelledReason,
  type MediaState,
  mediaStateOf,
} from '../../domain/jobs/media-state.ts'
import type { JobUid } from '../../domain/media/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import { jobLeaseMs } from '../../ports/job-queue.ts'

type Row = Job & {
  readonly id: number
  readonly runAt: number
  readonly leaseToken: string | null
  readonly leaseUntil: number
}

/**
 * The jobs of a library in memory. The queue and the repositories of one library share it, because a row and
 * its job are written together.
 */
export const createMemoryJobs = (clock: Clock) => {
  const rows = new Map<JobUid, Row>() // iteration is in the order of insertion, oldest first
  const failures = new Map<string, string>()
  /** Names of the workers that have taken jobs. */
  const workers = new Set<string>()
  /** Uids of the files of the library: no others get jobs. */
  const files = new Set<string>()
  /** Uids of the files in the trash: they get no jobs, and theirs cannot be retried. */
  const frozen = new Set<string>()
  let count = 0

  const all = (): ReadonlyArray<Row> => [...rows.values()]
  const activeOf = (media: string, kind: JobKind): Row | undefined =>
    all().find((row) => row.media.uid === media && row.kind === kind && activeStates.includes(row.state))
  const held = ({ job, token }: JobLease): Row | undefined => {
    const row = rows.get(job)
    return row?.leaseToken === token ? row : undefined
  }

  const set = (row: Row): void => {
    rows.set(row.uid, row)
    if (row.kind !== 'exports') return
    if (row.state === 'failed')
      failures.set(row.media.uid, (row.isRefused ? row.error : null) ?? attemptsFailedReason)
    else if (row.state === 'cancelled') failures.set(row.media.uid, cancelledReason)
    else if (row.state === 'waiting') failures.delete(row.media.uid)
  }

  const settle = (row: Row, { delayMs, ...outcome }: JobOutcome): void =>
    set({
      ...row,
      ...outcome,
      ...noProgress,
      progress: outcome.state === 'done' ? 1 : outcome.state === 'failed' ? row.progress : 0,
      runAt: clock() + delayMs,
      leaseToken: null,
      endedAt: outcome.state === 'waiting' ? null : clock(),
    })

  return {
    rows,
    workers,
    files,
    frozen,
    all,
    activeOf,
    held,
    set,
    settle,

    insert: (job: NewJob): void => {
      count += 1
      const lease = { leaseToken: null, leaseUntil: 0 }
      const counts = {
        attempt: 0,
        lost: 0,
        priority: 0,
        error: null,
        isRefused: false,
        warnings: [],
        worker: null,
      }
      const times = { createdAt: clock(), startedAt: null, endedAt: null, runAt: clock() }
      const { replaces = 'outdated' } = job
      set({ ...job, replaces, ...noProgress, ...counts, ...times, ...lease, id: count, state: 'waiting' })
    },

    lease: (row: Row, worker: string): LeasedJob => {
      count += 1
      const lease = { job: row.uid, token: `lease-${count}` }
      const leased: Row = {
        ...row,
        ...noProgress,
        state: 'running',
        worker,
        startedAt: clock(),
        leaseToken: lease.token,
        leaseUntil: clock() + jobLeaseMs,
      }
      set(leased)
      return { ...toJob(leased), lease }
    },

    renew: (row: Row, progress: JobProgress): void =>
      set({ ...row, ...progress, leaseUntil: clock() + jobLeaseMs }),

    reap: (): number => {
      const expired = all().filter(({ state, leaseUntil }) => state === 'running' && leaseUntil < clock())
      for (const row of expired) settle(row, outcomeOfLoss(row))
      return expired.length
    },

    prune: (forMs: number, limit: number): number => {
      const ended = all().filter(({ endedAt }) => endedAt !== null && endedAt < clock() - forMs)
      const old = ended.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).slice(0, limit)
      for (const { uid } of old) rows.delete(uid)
      return old.length
    },

    removeOf: (media: string): void => {
      files.delete(media)
      for (const row of all()) if (row.media.uid === media) rows.delete(row.uid)
      failures.delete(media)
    },

    stateOf: (media: string, isReady: boolean): MediaState =>
      mediaStateOf({
        isReady,
        failure: failures.get(media) ?? null,
        job: activeOf(media, 'exports') ?? null,
      }),
  }
}

export type MemoryJobs = ReturnType<typeof createMemoryJobs>

export const toJob = ({ id: _, runAt: __, leaseToken: ___, leaseUntil: ____, ...job }: Row): Job => job
