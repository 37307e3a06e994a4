import { E } from '../../fp.ts'
import { addMilliseconds } from '../../ports/monotonic.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { LeasedJob } from './job.ts'
import { createLeaseReaper } from './lease-reaper.ts'
import { createJobPruning } from './prune-jobs.ts'
import { type JobRun, type JobRunDeps, runJob } from './run-job.ts'
import { untilStopped, withoutException } from './settle-job.ts'

export type JobRunnerOptions = {
  /** Maximum number of jobs at a time. */
  readonly slots: number
  readonly onProgress: (job: LeasedJob, fraction: number) => void
  readonly onEnd: (job: LeasedJob, run: JobRun) => void
}

type Context = {
  /** When it is aborted, all jobs are handed back. */
  readonly signal: AbortSignal
  /** Counts and logs a failure. */
  readonly failed: (error: unknown, item: string) => void
}

export type JobRunner = { readonly run: (context: Context) => Promise<void> }

/** Interval in milliseconds between two searches for waiting jobs. */
const pollMs = 1000
const maxPauseMs = 30_000
/** First pause in milliseconds after a job failed through no fault of its file. Each further failure doubles it. */
const firstRestMs = 2000
/** Is longer than the time for which the failed job waits, so that other workers find that job first. */
const maxRestMs = 60_000

/**
 * Creates a worker: takes jobs and does them until it is stopped. A failure of a job, or of the database, does
 * not end it.
 */
export const createJobRunner = (
  deps: JobRunDeps,
  { slots, onProgress, onEnd }: JobRunnerOptions,
): JobRunner => {
  const { jobs, sleep, monotonic, log } = deps

  const run = async ({ signal, failed }: Context): Promise<void> => {
    const active = new Set<Promise<void>>()
    let wake = new AbortController()
    const reaper = createLeaseReaper(deps)
    const pruneJobs = createJobPruning(deps)
    let failuresInARow = 0
    let serviceFailuresInARow = 0
    let restsUntil = monotonic()
    signal.addEventListener('abort', () => wake.abort(), { once: true })

    /**
     * A worker whose disk is full, or that cannot reach the store, fails faster than others work. Without a pause it
     * would take all jobs from workers that can do them.
     */
    const restAfter = (ended: JobRun): void => {
      const isServiceFailure = ended.result === 'failed' && ended.blame === 'service'
      serviceFailuresInARow = isServiceFailure ? serviceFailuresInARow + 1 : 0
      const restMs = isServiceFailure ? firstRestMs * 2 ** (serviceFailuresInARow - 1) : 0
      restsUntil = addMilliseconds(monotonic(), Math.min(maxRestMs, restMs))
    }

    const start = (job: LeasedJob): void => {
      const options = {
        source: null,
        onProgress: (fraction: number) => onProgress(job, fraction),
        // Each job has a signal of its own, because Node warns of more than ten listeners to one.
        signal: AbortSignal.any([signal]),
      }
      const running = runJob(deps, job, options, untilStopped)
        .then((ended) => {
          restAfter(ended)
          if (ended.result === 'failed') failed(ended.error, job.media.uid)
          onEnd(job, ended)
        })
        // A callback may throw.
        .catch((error: unknown) => failed(error, job.media.uid))
        .finally(() => {
          active.delete(running)
          wake.abort()
        })
      active.add(running)
    }

    /** Ends expired leases, and takes as many jobs as there are free slots. */
    const poll = async (): Promise<E.Either<Unavailable, unknown>> => {
      const reaped = await reaper.reap()
      if (E.isLeft(reaped)) return reaped
      const free = monotonic() < restsUntil ? 0 : slots - active.size
      if (free <= 0) return E.right(0)
      const taken = await jobs.take(free)()
      if (E.isRight(taken)) taken.right.forEach(start)
      return taken
    }

    while (!signal.aborted) {
      wake = new AbortController()
      const polled = await withoutException(log, 'any', poll)()
      if (E.isLeft(polled)) {
        failuresInARow += 1
        reaper.noteOutage()
        if (!signal.aborted) failed(polled.left, 'jobs')
        await sleep(Math.min(maxPauseMs, pollMs * 2 ** failuresInARow), signal)
        continue
      }
      failuresInARow = 0
      // Jobs are taken first, so that a failure to delete old ones stops no work.
      const pruned = await withoutException(log, 'old ones', pruneJobs)()
      if (E.isLeft(pruned) && !signal.aborted) failed(pruned.left, 'old jobs')
      if (!signal.aborted) await sleep(pollMs, wake.signal)
    }
    await Promise.all(active)
  }

  return { run }
}
