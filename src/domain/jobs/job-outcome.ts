import { storableLine } from '../shared/printable.ts'
import type { Job, JobCompletion, JobCounts, JobLease, JobState } from './job.ts'

/** How a job leaves the state `running`. */
export type JobOutcome = JobCounts & {
  readonly state: Exclude<JobState, 'running' | 'cancelled'>
  readonly error: string | null
  /** Whether `error` is the refusal of the file, in words for its owner. */
  readonly isRefused: boolean
  readonly warnings: ReadonlyArray<string>
  /** Milliseconds until the job may be taken again. Means nothing for a job that has ended. */
  readonly delayMs: number
}

/**
 * Who is to blame for a failure. `file`: the file is refused, and would be refused again. `attempt`: the file may be
 * to blame, so the attempt counts. `service`: a database or store is down, or this machine is at fault, so the attempt does
 * not count.
 */
export type Blame = 'file' | 'attempt' | 'service'

/** Number of expired leases after which a job fails. */
export const maxLost = 5

const firstDelayMs = 10_000
const maxDelayMs = 600_000
/** Delay in milliseconds before a job is tried again if a service was down. */
const serviceDelayMs = 30_000

const delayAfter = (count: number): number => Math.min(maxDelayMs, firstDelayMs * 2 ** (count - 1))

type Counted = Pick<Job, 'attempt' | 'attempts' | 'lost'>

export const outcomeOfSuccess = (
  { attempt, lost }: Counted,
  warnings: ReadonlyArray<string>,
): JobOutcome => ({
  state: 'done',
  attempt,
  lost,
  error: null,
  isRefused: false,
  warnings: warnings.map(storableLine),
  delayMs: 0,
})

/** Returns how a job ends in the transaction that publishes its exports. */
export const completionOf = (lease: JobLease, warnings: ReadonlyArray<string>): JobCompletion => ({
  lease,
  warnings: warnings.map(storableLine),
})

/** The worker was stopped, for example by a deploy. Another worker may take the job at once. */
export const outcomeOfHandBack = ({ attempt, lost, error }: Counted & Pick<Job, 'error'>): JobOutcome => ({
  state: 'waiting',
  attempt,
  lost,
  error,
  isRefused: false,
  warnings: [],
  delayMs: 0,
})

/** The job fails after its last attempt, or at once if it is the fault of the file. */
export const outcomeOfFailure = (
  { attempt, attempts, lost }: Counted,
  error: string,
  blame: Blame,
): JobOutcome => {
  const failed = attempt + (blame === 'attempt' ? 1 : 0)
  const isLast = blame === 'file' || failed >= attempts
  return {
    state: isLast ? 'failed' : 'waiting',
    attempt: failed,
    lost,
    error: storableLine(error),
    isRefused: blame === 'file',
    warnings: [],
    delayMs: blame === 'attempt' ? delayAfter(failed) : serviceDelayMs,
  }
}

/**
 * The lease expired. The job waits before it is taken again, so that a file that kills its worker does not
 * stop other jobs.
 */
export const outcomeOfLoss = ({ attempt, lost }: Counted): JobOutcome => {
  const losses = lost + 1
  const isLast = losses >= maxLost
  return {
    state: isLast ? 'failed' : 'waiting',
    attempt,
    lost: losses,
    error: isLast ? `its worker died ${maxLost} times` : 'its worker died',
    isRefused: false,
    warnings: [],
    delayMs: delayAfter(losses),
  }
}
