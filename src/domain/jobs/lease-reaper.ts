import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type JobQueue, jobLeaseMs } from '../../ports/job-queue.ts'
import { addMilliseconds, type Monotonic } from '../../ports/monotonic.ts'
import type { Unavailable } from '../shared/errors.ts'

type Deps = {
  readonly jobs: Pick<JobQueue, 'reap'>
  readonly monotonic: Monotonic
  readonly clock: Clock
}

type LeaseReaper = {
  /** Ends expired leases, unless workers may not have had the time to renew theirs. */
  readonly reap: TE.TaskEither<Unavailable, number>
  /** Tells that the database did not answer, so that no worker could renew its lease. */
  readonly noteOutage: () => void
}

/** Time in milliseconds in which workers renew their leases, before expired ones are ended. */
const graceMs = 5000
/** A longer time in milliseconds between two calls means that the machine was suspended, or its clock was set. */
const maxGapMs = jobLeaseMs / 2

/**
 * Creates what ends expired leases. After an outage all leases have expired, although their workers live. It is not
 * known what happened before the start of this process, so the grace begins with it.
 */
export const createLeaseReaper = ({ jobs, monotonic, clock }: Deps): LeaseReaper => {
  let reapsFrom = addMilliseconds(monotonic(), graceMs)
  let calledAt = clock()
  const noteOutage = (): void => {
    reapsFrom = addMilliseconds(monotonic(), graceMs)
  }
  return {
    noteOutage,
    reap: async () => {
      if (clock() - calledAt > maxGapMs) noteOutage()
      calledAt = clock()
      if (monotonic() < reapsFrom) return E.right(0)
      const reaped = await jobs.reap()
      if (E.isLeft(reaped)) noteOutage()
      return reaped
    },
  }
}
