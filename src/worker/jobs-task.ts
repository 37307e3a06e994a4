import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import type { LeasedJob } from '../domain/jobs/job.ts'
import type { JobRun } from '../domain/jobs/run-job.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Creates the task that does jobs, at most `slots` at a time, until the process stops. */
export const createJobsTask = (
  { jobWork, log }: Pick<Larder, 'jobWork' | 'log'>,
  terminal: Terminal,
  slots: number,
  /** Returns the name of a file for the terminal. */
  nameOf: (uid: string) => string = (uid) => uid,
): BackgroundTask => {
  const onEnd = ({ uid: job, media }: LeasedJob, run: JobRun): void => {
    const name = nameOf(media.uid)
    if (run.result === 'made') {
      terminal.print(`  the exports of ${name} are ready`)
      for (const warning of run.warnings) terminal.print(`  ${name}: ${warning}`)
    }
    if (run.result !== 'failed') return
    terminal.printError(name, run.error)
    if (run.next === 'unknown')
      terminal.print(`  whether the exports of ${name} are tried again is not known yet: larder jobs`)
    if (run.next !== 'none') return
    log.error('jobs.failed', { job, uid: media.uid })
    terminal.print(`  the exports of ${name} are not tried again, unless: larder jobs retry ${job}`)
  }

  return {
    name: 'jobs',
    run:
      ({ signal, failed }) =>
      async () => {
        const runner = jobWork.createRunner({
          slots,
          onProgress: ({ media }, fraction) =>
            terminal.showProgress(`exports of ${nameOf(media.uid)}`, fraction),
          onEnd,
        })
        await runner.run({ signal, failed })
        return E.right('done')
      },
  }
}
