import type { Job, JobKind, JobLease, JobProgress, JobState, LeasedJob, NewJob } from '../domain/jobs/job.ts'
import type { JobOutcome } from '../domain/jobs/job-outcome.ts'
import type { JobUid } from '../domain/media/ids.ts'
import type { Conflict, NotFound, Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** The jobs of a list. Members that are `null` do not restrict the list. */
export type JobFilter = {
  readonly state: JobState | null
  readonly kind: JobKind | null
  /** Uid of the file. */
  readonly media: string | null
}

export type JobPage = {
  readonly items: ReadonlyArray<Job>
  /** The `after` of the next page; `null` if this page is the last. */
  readonly next: number | null
  /** Number of jobs that match the filter; `null` if there are more than 10,000. */
  readonly total: number | null
}

/** `wrong state`: the state of the job, or another job for the same file, does not permit the change. */
export type JobChange = 'changed' | 'wrong state' | 'missing'

/**
 * Work that must be done once, whichever process does it. A worker takes a job with a lease, which expires
 * after `jobLeaseMs` unless it is renewed. When a job is cancelled, or its lease has expired and was reaped, the
 * lease is lost, and each function that receives it returns `false` and writes nothing. All times are those
 * of the database.
 */
export type JobQueue = {
  /**
   * Adds a job for a file of the library. Returns the uid of the file's waiting or running job of this kind:
   * the new one, or an older one, in which case nothing is added. Fails with Conflict if the file is in the trash, and
   * with NotFound if it is not in the library.
   */
  readonly enqueue: (job: NewJob) => TE.TaskEither<Conflict | NotFound | Unavailable, JobUid>
  /**
   * Takes up to `limit` waiting jobs whose time has come: by priority, then the longest waiting first. Two
   * callers never get the same job.
   */
  readonly take: (limit: number) => TE.TaskEither<Unavailable, ReadonlyArray<LeasedJob>>
  /** Takes this job, even before its time. Returns `none` if it is not waiting. */
  readonly takeOne: (job: JobUid) => TE.TaskEither<Unavailable, O.Option<LeasedJob>>
  /** Prolongs the lease by `jobLeaseMs` from now, and stores the progress. */
  readonly renew: (lease: JobLease, progress: JobProgress) => TE.TaskEither<Unavailable, boolean>
  /**
   * Ends the lease. The job ends, or waits again, as the outcome tells. It has no stage, speed and remaining time any
   * more, and no progress if it waits.
   */
  readonly settle: (lease: JobLease, outcome: JobOutcome) => TE.TaskEither<Unavailable, boolean>
  /** Ends all expired leases. Returns the number of them. */
  readonly reap: TE.TaskEither<Unavailable, number>
  /**
   * Deletes jobs that ended more than `forMs` milliseconds ago, at most `limit`, the oldest first. Returns the number of
   * them.
   */
  readonly prune: (forMs: number, limit: number) => TE.TaskEither<Unavailable, number>
  /**
   * Returns whether another process takes jobs of this queue at present. This is a guess: either answer may
   * be wrong.
   */
  readonly hasWorkers: TE.TaskEither<Unavailable, boolean>
  /** Returns how long ago the oldest running job was taken, in milliseconds; 0 if no job is running. */
  readonly oldestRunningAge: TE.TaskEither<Unavailable, number>
  readonly find: (job: JobUid) => TE.TaskEither<Unavailable, O.Option<Job>>
  /** Lists jobs, newest first, after the job with the number `after` (`null`: from the newest). */
  readonly list: (
    filter: JobFilter,
    limit: number,
    after: number | null,
  ) => TE.TaskEither<Unavailable, JobPage>
  /** Lets a failed or cancelled job wait again, with all its attempts and without its progress. */
  readonly retry: (job: JobUid) => TE.TaskEither<Unavailable, JobChange>
  /** Cancels a waiting or running job at once. The worker of a running job loses its lease. */
  readonly cancel: (job: JobUid) => TE.TaskEither<Unavailable, JobChange>
  /** Sets the priority, from -100 to 100, of a waiting or running job. */
  readonly setPriority: (job: JobUid, priority: number) => TE.TaskEither<Unavailable, JobChange>
}

/** Duration of a lease in milliseconds. */
export const jobLeaseMs = 20_000
