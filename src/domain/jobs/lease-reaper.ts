import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type JobQueue, jobLeaseMs } from '../../ports/job-queue.ts'
import { addMilliseconds, type Monotonic, type MonotonicMs } from '../../ports/monotonic.ts'
import type { Unavailable } from '../shared/errors.ts'

type Deps = {
  readonly jobs: Pick<JobQueue, 'reap' | 'oldestRunningAge'>
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
 * Creates what ends expired leases. After an outage all leases have expired, although their workers live. So the grace
 * begins with the first answer of the database, also after a start: it is not known what happened before.
 */
export const createLeaseReaper = ({ jobs, monotonic, clock }: Deps): LeaseReaper => {
  /** `null`: the database has not answered since the last outage. */
  let reapsFrom: MonotonicMs | null = null
  let calledAt = clock()
  const noteOutage = (): void => {
    reapsFrom = null
  }
  return {
    noteOutage,
    reap: async () => {
      if (clock() - calledAt > maxGapMs) noteOutage()
      calledAt = clock()
      const isGrace = reapsFrom === null || monotonic() < reapsFrom
      // A cheap query during the grace shows that the database still answers, so that workers can renew.
      const answer = await (isGrace ? jobs.oldestRunningAge() : jobs.reap())
      if (E.isLeft(answer)) {
        noteOutage()
        return answer
      }
      reapsFrom ??= addMilliseconds(monotonic(), graceMs)
      return isGrace ? E.right(0) : answer
    },
  }
}
