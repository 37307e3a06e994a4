import { E, O } from '../../fp.ts'
import type { JobUid } from '../media/ids.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import { createLeaseReaper } from './lease-reaper.ts'
import { cancelledReason } from './media-state.ts'
import { type JobRun, type JobRunDeps, type JobRunOptions, runJob } from './run-job.ts'
import { withinLease } from './settle-job.ts'

/** `made elsewhere`: another process made the exports, or they existed already. */
export type FinishedJob = {
  readonly state: 'made' | 'made elsewhere'
  readonly warnings: ReadonlyArray<string>
}

/** `refused elsewhere`: another process refused the file. */
export type UnfinishedJob = {
  readonly error: Refused | Unavailable
  readonly isRefusedElsewhere: boolean
}

type FinishedOrNot = E.Either<UnfinishedJob, FinishedJob>

/** Time in milliseconds for which a waiting job is left to other processes. */
const maxPatienceMs = 2000
/** Time in milliseconds for which the database may be away, such as for a restart. The job goes on meanwhile. */
const maxOutageMs = 30_000
const pollMs = 250

const jobDeleted = refused('it is no longer in the library: it was deleted while its exports were made')
const stopped = unavailable('work')('it was stopped before its end')

const failure = (error: Refused | Unavailable, isRefusedElsewhere = false) =>
  E.left({ error, isRefusedElsewhere })

/**
 * Waits until a job has ended. If no worker takes it within two seconds, or if there are no workers, this
 * process does it. Goes on while the database is away, for half a minute. `source` is only read by this process.
 */
export const finishJob = async (
  deps: JobRunDeps,
  uid: JobUid,
  options: JobRunOptions,
): Promise<FinishedOrNot> => {
  const { jobs, sleep, monotonic } = deps
  const { signal, onProgress } = options
  const workers = await jobs.hasWorkers()
  const patienceMs = E.isRight(workers) && workers.right ? maxPatienceMs : 0
  let patience = patienceMs
  const reaper = createLeaseReaper(deps)

  let refusal: Refused | null = null

  /** Looks at the job once, and does it if it is left to this process. `null`: it has not ended. */
  const look = async (): Promise<E.Either<Unavailable, FinishedOrNot | null>> => {
    const found = await jobs.find(uid)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right)) return E.right(failure(refusal ?? jobDeleted))
    const job = found.right.value
    if (job.state === 'done') return E.right(E.right({ state: 'made elsewhere', warnings: job.warnings }))
    if (job.state === 'failed') return E.right(failure(refused(job.error ?? 'it failed'), job.isRefused))
    if (job.state === 'cancelled') return E.right(failure(refused(cancelledReason)))
    if (job.state === 'running') {
      patience = patienceMs
      onProgress(job.progress)
      // If there are no workers, no other process ends the lease of a process that was killed.
      const reaped = await reaper.reap()
      return E.isLeft(reaped) ? reaped : E.right(null)
    }
    if (patience > 0) {
      patience -= pollMs
      return E.right(null)
    }
    const taken = await jobs.takeOne(uid)()
    if (E.isLeft(taken)) return taken
    if (O.isNone(taken.right)) return E.right(null)
    const run = await runJob(deps, taken.right.value, options, withinLease)
    if (run.result !== 'lost') return E.right(finishedBy(run))
    refusal = run.refusal
    return E.right(null)
  }

  let answeredAt = monotonic()
  while (!signal.aborted) {
    const looked = await look()
    if (E.isRight(looked)) {
      if (looked.right !== null) return looked.right
      answeredAt = monotonic()
    } else {
      reaper.noteOutage()
      if (monotonic() - answeredAt > maxOutageMs) return failure(looked.left)
    }
    await sleep(pollMs, signal)
  }
  return failure(stopped)
}

const finishedBy = (run: Exclude<JobRun, { readonly result: 'lost' }>): FinishedOrNot => {
  switch (run.result) {
    case 'made':
      return E.right({ state: 'made', warnings: run.warnings })
    case 'made elsewhere':
      return E.right({ state: 'made elsewhere', warnings: [] })
    case 'failed':
      return failure(run.error)
    case 'handed back':
      return failure(stopped)
  }
}
