import type { JobStep } from '../../ports/event-log.ts'
import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'

/** Passes on the steps of each job, at most two a second: of those in between, the latest is passed on later. */
type ProgressLimit = {
  readonly add: (step: JobStep) => void
  /** Passes on what has waited long enough. The caller calls this at intervals. */
  readonly flush: () => void
  /** Whether a step waits. */
  readonly isWaiting: () => boolean
}

/** Shortest time between two steps of a job (milliseconds). */
export const progressEveryMs = 500

type Entry = { at: MonotonicMs; waiting: JobStep | null }

export const createProgressLimit = (monotonic: Monotonic, pass: (step: JobStep) => void): ProgressLimit => {
  const jobs = new Map<string, Entry>()
  return {
    add: (step) => {
      const entry = jobs.get(step.job)
      if (entry !== undefined && monotonic() - entry.at < progressEveryMs) {
        entry.waiting = step
        return
      }
      jobs.set(step.job, { at: monotonic(), waiting: null })
      pass(step)
    },
    flush: () => {
      for (const [job, { at, waiting }] of jobs) {
        if (monotonic() - at < progressEveryMs) continue
        if (waiting === null) jobs.delete(job)
        else {
          jobs.set(job, { at: monotonic(), waiting: null })
          pass(waiting)
        }
      }
    },
    isWaiting: () => [...jobs.values()].some(({ waiting }) => waiting !== null),
  }
}
