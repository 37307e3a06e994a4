import type { E } from '../../fp.ts'
import type { JobUid } from '../media/ids.ts'
import { type FinishedJob, finishJob, type UnfinishedJob } from './finish-job.ts'
import { createJobRunner, type JobRunner, type JobRunnerOptions } from './job-runner.ts'
import type { JobRunDeps, JobRunOptions } from './run-job.ts'

/** The work of jobs, in a worker and in commands that wait for their own jobs. */
export type JobWork = {
  readonly createRunner: (options: JobRunnerOptions) => JobRunner
  /** Waits until a job has ended, and does it in this process if no worker takes it. */
  readonly finish: (job: JobUid, options: JobRunOptions) => Promise<E.Either<UnfinishedJob, FinishedJob>>
}

export const createJobWork = (deps: JobRunDeps): JobWork => ({
  createRunner: (options) => createJobRunner(deps, options),
  finish: (job, options) => finishJob(deps, job, options),
})
