import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { jobLeaseMs } from '../../ports/job-queue.ts'
import { addMilliseconds } from '../../ports/monotonic.ts'
import type { DomainError, Unavailable } from '../shared/errors.ts'
import type { LeasedJob } from './job.ts'
import { type JobRun, type JobRunDeps, runJob } from './run-job.ts'

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
  readonly failed: (error: DomainError, item: string) => void
}

export type JobRunnerDeps = JobRunDeps & { readonly clock: Clock }

export type JobRunner = { readonly run: (context: Context) => Promise<void> }

/** Interval in milliseconds between two searches for waiting jobs. */
const pollMs = 1000
const maxPauseMs = 30_000
/** Number of polls after an outage in which workers renew their leases before expired ones are reaped. */
const pollsBeforeReaping = 5
/** A longer time in milliseconds between two polls means that the machine was suspended, or its clock was set. */
const maxPollGapMs = jobLeaseMs / 2
/** First pause in milliseconds after a job failed through no fault of its file. Each further failure doubles it. */
const firstServicePauseMs = 2000
const keepEndedMs = 30 * 86_400_000
/** Number of polls between two deletions of old jobs. */
const pollsPerPrune = 3600

/**
 * Creates a worker: takes jobs and does them until it is stopped. A failure of a job, or of the database, does
 * not end it.
 */
export const createJobRunner = (
  deps: JobRunnerDeps,
  { slots, onProgress, onEnd }: JobRunnerOptions,
): JobRunner => {
  const { jobs, sleep, monotonic, clock } = deps

  const run = async ({ signal, failed }: Context): Promise<void> => {
    const active = new Set<Promise<void>>()
    let wake = new AbortController()
    let polls = 0
    let pollsSinceOutage = pollsBeforeReaping
    let failuresInARow = 0
    let serviceFailuresInARow = 0
    let restsUntil = monotonic()
    let polledAt = clock()
    signal.addEventListener('abort', () => wake.abort(), { once: true })

    /**
     * A worker whose disk is full, or that cannot reach the store, fails faster than others work. Without a pause it
     * would take all jobs from workers that can do them.
     */
    const restAfter = (ended: JobRun): void => {
      const isServiceFailure = ended.result === 'failed' && ended.blame === 'service'
      serviceFailuresInARow = isServiceFailure ? serviceFailuresInARow + 1 : 0
      const pauseMs = isServiceFailure ? firstServicePauseMs * 2 ** (serviceFailuresInARow - 1) : 0
      restsUntil = addMilliseconds(monotonic(), Math.min(maxPauseMs, pauseMs))
    }

    const start = (job: LeasedJob): void => {
      const options = {
        source: null,
        onProgress: (fraction: number) => onProgress(job, fraction),
        signal,
      }
      const running = runJob(deps, job, options)
        .then((ended) => {
          restAfter(ended)
          if (ended.result === 'failed') failed(ended.error, job.media.uid)
          onEnd(job, ended)
        })
        .finally(() => {
          active.delete(running)
          wake.abort()
        })
      active.add(running)
    }

    /** Ends expired leases, deletes old jobs from time to time, and takes as many jobs as there are free slots. */
    const poll = async (): Promise<E.Either<Unavailable, unknown>> => {
      if (pollsSinceOutage >= pollsBeforeReaping) {
        const reaped = await jobs.reap()
        if (E.isLeft(reaped)) return reaped
      }
      if (polls % pollsPerPrune === 0) {
        const pruned = await jobs.prune(keepEndedMs)()
        if (E.isLeft(pruned)) return pruned
      }
      const free = monotonic() < restsUntil ? 0 : slots - active.size
      if (free <= 0) return E.right(0)
      const taken = await jobs.take(free)()
      if (E.isRight(taken)) taken.right.forEach(start)
      return taken
    }

    while (!signal.aborted) {
      wake = new AbortController()
      // All leases on this machine may have expired meanwhile, although their workers still live.
      if (clock() - polledAt > maxPollGapMs) pollsSinceOutage = 0
      polledAt = clock()
      const polled = await poll()
      if (E.isLeft(polled)) {
        failuresInARow += 1
        pollsSinceOutage = 0
        if (!signal.aborted) failed(polled.left, 'jobs')
        await sleep(Math.min(maxPauseMs, pollMs * 2 ** failuresInARow), signal)
        continue
      }
      failuresInARow = 0
      pollsSinceOutage += 1
      polls += 1
      if (!signal.aborted) await sleep(pollMs, wake.signal)
    }
    await Promise.all(active)
  }

  return { run }
}
