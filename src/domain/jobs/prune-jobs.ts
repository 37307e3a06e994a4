import { E } from '../../fp.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import { addMilliseconds, type Monotonic } from '../../ports/monotonic.ts'
import type { Unavailable } from '../shared/errors.ts'

type Deps = { readonly jobs: Pick<JobQueue, 'prune'>; readonly monotonic: Monotonic }

const keepEndedMs = 30 * 86_400_000
/** Number of jobs of one deletion, so that each stays within its limit, however many jobs there are. */
const pieceLength = 1000
/** Time in milliseconds between two deletions of old jobs, also after one that failed or threw. */
const pauseMs = 3_600_000

/**
 * Creates the function that deletes old jobs, one piece for each call, and nothing for an hour after the last piece.
 */
export const createJobPruning = ({ jobs, monotonic }: Deps) => {
  let prunesFrom = monotonic()
  return async (): Promise<E.Either<Unavailable, unknown>> => {
    if (monotonic() < prunesFrom) return E.right(0)
    prunesFrom = addMilliseconds(monotonic(), pauseMs)
    const pruned = await jobs.prune(keepEndedMs, pieceLength)()
    if (E.isRight(pruned) && pruned.right === pieceLength) prunesFrom = monotonic()
    return pruned
  }
}
