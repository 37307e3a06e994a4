import { E, O, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type JobQueue, jobLeaseMs } from '../../ports/job-queue.ts'
import type { Log } from '../../ports/log.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { describeFailure } from '../background/describe-failure.ts'
import { errorStack } from '../shared/error-text.ts'
import { type Refused, type Unavailable, unavailableForInput } from '../shared/errors.ts'
import type { LeasedJob } from './job.ts'
import { type Blame, outcomeOfFailure, outcomeOfHandBack, outcomeOfSuccess } from './job-outcome.ts'
import { type Retries, settleJob, whileStopping, withoutException } from './settle-job.ts'
import { createProgressMeter, type WorkReport } from './work-report.ts'

/** Does the work of a job. If it succeeds with `made`, it has ended the job in the same transaction. */
export type DoJob = (
  job: LeasedJob,
  context: { readonly source: string | null; readonly report: WorkReport; readonly signal: AbortSignal },
) => TE.TaskEither<
  Refused | Unavailable,
  { readonly state: 'made'; readonly warnings: ReadonlyArray<string> } | { readonly state: 'made elsewhere' }
>

export type JobRunDeps = {
  readonly jobs: JobQueue
  readonly doJob: DoJob
  readonly sleep: Sleep
  readonly monotonic: Monotonic
  readonly clock: Clock
  readonly log: Log
}

export type JobRunOptions = {
  /** Path of a local copy of the original; `null`: the stored original is read. */
  readonly source: string | null
  readonly onProgress: (fraction: number) => void
  readonly signal: AbortSignal
}

export type JobRun =
  | { readonly result: 'made'; readonly warnings: ReadonlyArray<string> }
  | { readonly result: 'made elsewhere' }
  /** The attempt failed. */
  | {
      readonly result: 'failed'
      readonly error: Refused | Unavailable
      readonly blame: Blame
      /** Whether the job is tried again. `unknown`: the database did not confirm the end of the attempt. */
      readonly next: 'none' | 'retry' | 'unknown'
    }
  /**
   * The job was cancelled or deleted, or another process has it now. `refusal`: why this process refused the file, whose
   * deletion also deletes the job.
   */
  | { readonly result: 'lost'; readonly refusal: Refused | null }
  /** The signal was aborted, so another process may take the job. */
  | { readonly result: 'handed back' }

/** Interval in milliseconds between two renewals, so that several may fail before the lease expires. */
const renewMs = jobLeaseMs / 10

const blameOf = (error: Refused | Unavailable): Blame => {
  if (error._tag === 'Refused') return 'file'
  return error.isInputSuspected ? 'attempt' : 'service'
}

/**
 * Does the work of a job that this process has taken, and ends the lease. When the signal is aborted, the job is handed
 * back at once: the lease protects it from a worker that has not stopped yet. If the end of the lease cannot be stored, it is
 * retried as `retriesUntil` says. Never rejects.
 */
export const runJob = async (
  deps: JobRunDeps,
  job: LeasedJob,
  { source, onProgress, signal }: JobRunOptions,
  retriesUntil: (stopped: AbortSignal) => Retries,
): Promise<JobRun> => {
  const { jobs, doJob, sleep, monotonic, log } = deps
  const { lease } = job
  const lost = new AbortController()
  const ended = new AbortController()
  const meter = createProgressMeter(job.durationSeconds, monotonic)

  /** Renews the lease until the work has ended. While the database is away, no process can take the job. */
  const keepLease = async (): Promise<void> => {
    for (;;) {
      await sleep(renewMs, ended.signal)
      if (ended.signal.aborted) return
      const renewed = await withoutException(log, job.uid, jobs.renew(lease, meter.progress()))()
      if (E.isRight(renewed) && !renewed.right) return lost.abort()
    }
  }

  const work = async (): Promise<Awaited<ReturnType<ReturnType<DoJob>>>> => {
    const report: WorkReport = {
      onStage: meter.report.onStage,
      onProgress: (fraction) => {
        meter.report.onProgress(fraction)
        onProgress(fraction)
      },
    }
    try {
      return await doJob(job, { source, report, signal: AbortSignal.any([signal, lost.signal]) })()
    } catch (error) {
      log.error('jobs.exception', { job: job.uid, stack: errorStack(error) })
      return E.left(unavailableForInput('job')(error))
    } finally {
      ended.abort()
    }
  }

  /** The exports may have been published although the reply of the database did not arrive. Then the job has ended. */
  const isDone = async (): Promise<boolean> => {
    const found = await withoutException(log, job.uid, jobs.find(job.uid))()
    return E.isRight(found) && O.isSome(found.right) && found.right.value.state === 'done'
  }

  /** What the exports lack is read from the newest job of their file that is done. */
  const earlierWarnings = async (): Promise<ReadonlyArray<string>> => {
    const ofFile = { state: 'done', kind: null, media: job.media.uid } as const
    const found = await withoutException(log, job.uid, jobs.list(ofFile, 1, null))()
    return E.isRight(found) ? (found.right.items[0]?.warnings ?? []) : []
  }

  const handBack = async (): Promise<void> => {
    const handedBack = await settleJob(deps, lease, outcomeOfHandBack(job), whileStopping)
    // Its lease expires now, which counts as a loss.
    if (handedBack === 'unknown') log.warn('jobs.not_handed_back', { job: job.uid, uid: job.media.uid })
  }
  let handingBack: Promise<void> = Promise.resolve()
  const onStop = (): void => {
    handingBack = handBack()
  }
  if (signal.aborted) {
    await handBack()
    return { result: 'handed back' }
  }
  signal.addEventListener('abort', onStop, { once: true })
  const [done] = await Promise.all([work(), keepLease()])
  signal.removeEventListener('abort', onStop)
  await handingBack

  if (E.isRight(done) && done.right.state === 'made') return { result: 'made', warnings: done.right.warnings }
  if (signal.aborted) return { result: 'handed back' }
  const refusal = E.isLeft(done) && done.left._tag === 'Refused' ? done.left : null
  if (lost.signal.aborted) return { result: 'lost', refusal }
  if (E.isRight(done)) {
    await settleJob(deps, lease, outcomeOfSuccess(job, await earlierWarnings()), retriesUntil(signal))
    return { result: 'made elsewhere' }
  }
  const blame = blameOf(done.left)
  const outcome = outcomeOfFailure(job, describeFailure(done.left), blame)
  const settled = await settleJob(deps, lease, outcome, retriesUntil(signal))
  if (settled === 'lost') return (await isDone()) ? { result: 'made elsewhere' } : { result: 'lost', refusal }
  const next = settled === 'unknown' ? 'unknown' : outcome.state === 'failed' ? 'none' : 'retry'
  return { result: 'failed', error: done.left, blame, next }
}
