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

export type Retries = {
  readonly tries: number
  readonly pauseMs: number
  /** Ends the pauses, and no try. */
  readonly signal: AbortSignal
  /** Until it is aborted, a database that does not answer uses up no try. An exception always does. */
  readonly patience: AbortSignal
}

/**
 * Runs a call of the queue. An exception, such as values that the database rejects, is a bug. It must not end the
 * process, which does other jobs.
 */
export const withoutException =
  <A>(
    log: Log,
    job: string,
    call: TE.TaskEither<Unavailable, A>,
    onException = () => {},
  ): TE.TaskEither<Unavailable, A> =>
  async () => {
    try {
      return await call()
    } catch (error) {
      onException()
      log.error('jobs.exception', { job, stack: errorStack(error) })
      return E.left(unavailable('database')(error))
    }
  }

const never = new AbortController().signal
const none = AbortSignal.abort()

/**
 * Retries of a command, which reports that the database is away. If the database refuses at once, the last one is within
 * the lease.
 */
export const withinLease = (signal: AbortSignal): Retries => ({
  tries: 5,
  pauseMs: jobLeaseMs / 10,
  signal,
  patience: none,
})

/** Retries of a process that stops. Its time is limited by `SHUTDOWN_GRACE_SECONDS`. */
export const whileStopping: Retries = { tries: 10, pauseMs: 500, signal: never, patience: none }

/** Retries of a worker until it is stopped. While the database is away, no other process can take the job. */
export const untilStopped = (signal: AbortSignal): Retries => ({ ...whileStopping, patience: signal })

const isStored = ({ state, attempt, lost, error }: Job, outcome: JobOutcome): boolean =>
  state !== 'cancelled' && attempt === outcome.attempt && lost === outcome.lost && error === outcome.error

/** Settles a lease, with retries while the database is away. */
export const settleJob = async (
  { jobs, sleep, log }: Deps,
  lease: JobLease,
  outcome: JobOutcome,
  { tries, pauseMs, signal, patience }: Retries,
): Promise<Settled> => {
  let mayHaveSettled = false
  let triesLeft = tries
  for (;;) {
    let isTryUsed = patience.aborted
    const onException = (): void => {
      isTryUsed = true
    }
    const settled = await withoutException(log, lease.job, jobs.settle(lease, outcome), onException)()
    if (E.isRight(settled)) {
      if (settled.right) return 'settled'
      if (!mayHaveSettled) return 'lost'
      // An earlier try may have ended the lease, although its reply did not arrive.
      const found = await withoutException(log, lease.job, jobs.find(lease.job), onException)()
      if (E.isRight(found))
        return O.isSome(found.right) && isStored(found.right.value, outcome) ? 'settled' : 'lost'
    } else mayHaveSettled ||= settled.left.mayHaveHappened === true
    if (isTryUsed) triesLeft -= 1
    if (triesLeft === 0) return 'unknown'
    await sleep(pauseMs, signal)
  }
}
