import { E, O, type TE } from '../../fp.ts'
import { type JobQueue, jobLeaseMs } from '../../ports/job-queue.ts'
import type { Log } from '../../ports/log.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { errorStack } from '../shared/error-text.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import type { Job, JobLease } from './job.ts'
import type { JobOutcome } from './job-outcome.ts'

/**
 * `lost`: the lease had been lost before. `unknown`: the database did not say. Then the lease expires and the job is
 * tried again, unless the outcome was stored and only the reply was lost.
 */
type Settled = 'settled' | 'lost' | 'unknown'

type Deps = { readonly jobs: JobQueue; readonly sleep: Sleep; readonly log: Log }

type Retries = {
  readonly tries: number
  readonly pauseMs: number
  /** Ends the pauses, and no try. */
  readonly signal: AbortSignal
}

/**
 * Runs a call of the queue. An exception, such as values that the database rejects, is a bug. It must not end the
 * process, which does other jobs.
 */
export const withoutException =
  <A>(log: Log, job: string, call: TE.TaskEither<Unavailable, A>): TE.TaskEither<Unavailable, A> =>
  async () => {
    try {
      return await call()
    } catch (error) {
      log.error('jobs.exception', { job, stack: errorStack(error) })
      return E.left(unavailable('database')(error))
    }
  }

/** Retries of a process that goes on. If the database refuses at once, the last one is within the lease. */
export const whileWorking = (signal: AbortSignal): Retries => ({ tries: 5, pauseMs: jobLeaseMs / 10, signal })

/** Retries of a process that stops. Its time is limited by `SHUTDOWN_GRACE_SECONDS`. */
export const whileStopping = (): Retries => ({
  tries: 10,
  pauseMs: 500,
  signal: new AbortController().signal,
})

const isStored = ({ state, attempt, lost, error }: Job, outcome: JobOutcome): boolean =>
  state !== 'cancelled' && attempt === outcome.attempt && lost === outcome.lost && error === outcome.error

/** Settles a lease, with retries while the database is away. */
export const settleJob = async (
  { jobs, sleep, log }: Deps,
  lease: JobLease,
  outcome: JobOutcome,
  { tries, pauseMs, signal }: Retries,
): Promise<Settled> => {
  let mayHaveSettled = false
  for (let tried = 0; tried < tries; tried += 1) {
    if (tried > 0) await sleep(pauseMs, signal)
    const settled = await withoutException(log, lease.job, jobs.settle(lease, outcome))()
    if (E.isRight(settled) && settled.right) return 'settled'
    if (E.isLeft(settled)) {
      mayHaveSettled ||= settled.left.mayHaveHappened === true
      continue
    }
    if (!mayHaveSettled) return 'lost'
    // An earlier try may have ended the lease, although its reply did not arrive.
    const found = await withoutException(log, lease.job, jobs.find(lease.job))()
    if (E.isRight(found))
      return O.isSome(found.right) && isStored(found.right.value, outcome) ? 'settled' : 'lost'
  }
  return 'unknown'
}
