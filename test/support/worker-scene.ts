import { expect } from 'chai'
import { createMemoryJobQueue } from '../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../src/adapters/memory/memory-jobs.ts'
import type { Job, LeasedJob, NewJob } from '../../src/domain/jobs/job.ts'
import { outcomeOfSuccess } from '../../src/domain/jobs/job-outcome.ts'
import { createJobRunner } from '../../src/domain/jobs/job-runner.ts'
import type { DoJob, JobRun } from '../../src/domain/jobs/run-job.ts'
import { refused } from '../../src/domain/shared/errors.ts'
import { E, O } from '../../src/fp.ts'
import type { JobQueue } from '../../src/ports/job-queue.ts'
import { asMonotonic } from './as-monotonic.ts'
import { aNewJob } from './builders.ts'
import { right } from './expect-right.ts'
import { createStandingClock } from './memory-larder.ts'
import { createRecordingLog } from './recording-log.ts'
import { createTestSleep } from './test-sleep.ts'

/** Creates a queue in memory whose time the test sets. */
export const makeWorkerScene = () => {
  const { clock, advance } = createStandingClock()
  const jobs = createMemoryJobs(clock)
  const queue = createMemoryJobQueue(jobs, clock)
  const find = async ({ uid }: Pick<Job, 'uid'>) => {
    const job = await right(queue.find(uid))
    return O.isSome(job) ? job.value : expect.fail('it is gone')
  }
  const add = async (overrides: Partial<NewJob> = {}) => {
    const job = aNewJob(overrides)
    jobs.files.add(job.media.uid)
    await right(queue.enqueue(job))
    return job
  }
  return { clock, advance, queue, find, add }
}
type Scene = ReturnType<typeof makeWorkerScene>

/** Ends a job as publishing its exports does. */
export const publish = ({ queue }: Scene, job: LeasedJob) =>
  right(queue.settle(job.lease, outcomeOfSuccess(job, [])))

/** Starts a worker on the queue. */
export const startWorker = (
  scene: Scene,
  doJob: DoJob,
  { slots = 1, jobs = scene.queue as JobQueue } = {},
) => {
  const timer = createTestSleep()
  const ends: (readonly [string, JobRun['result']])[] = []
  const runs: JobRun[] = []
  const failures: string[] = []
  const { log, entries } = createRecordingLog()
  const stopping = new AbortController()
  const runner = createJobRunner(
    {
      jobs,
      doJob,
      sleep: timer.sleep,
      monotonic: asMonotonic(scene.clock),
      clock: scene.clock,
      log,
    },
    {
      slots,
      onProgress: () => {},
      onEnd: ({ uid }, run) => {
        ends.push([uid, run.result])
        runs.push(run)
      },
    },
  )
  const ended = runner.run({ signal: stopping.signal, failed: (_, item) => failures.push(item) })
  const stop = async () => {
    stopping.abort()
    await ended
  }
  return { timer, ends, runs, failures, entries, stop }
}

/** Work that ends when it is aborted. */
export const untilAborted =
  (onBegin: () => void): DoJob =>
  (_, { signal }) =>
  async () => {
    onBegin()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return E.left(refused('it would blame the file'))
  }
