import type { Job } from './job.ts'

export const mediaStates = ['waiting', 'making', 'ready', 'failed'] as const

/** The state of a file for viewers (http-api.md §5.11). */
export type MediaState = {
  readonly state: (typeof mediaStates)[number]
  /** The fraction of the exports' work that is finished (0 to 1); `null` if no job is running. */
  readonly progress: number | null
  readonly stage: string | null
  readonly etaSeconds: number | null
  /** Why there are no exports (one line); `null` unless `state` is `failed`. */
  readonly reason: string | null
}

type Stored = {
  /** Whether the file has exports. */
  readonly isReady: boolean
  /** Why the last job for the exports failed, in words for viewers; `null` if it did not. */
  readonly failure: string | null
  /** The active job that makes the exports; `null` if there is none. */
  readonly job: Pick<Job, 'state' | 'progress' | 'stage' | 'etaSeconds'> | null
}

const idle = { progress: null, stage: null, etaSeconds: null, reason: null }

export const cancelledReason = 'making its exports was cancelled'

/**
 * What viewers are told if all attempts failed. The error of the job is for operators: it may contain paths of the
 * machine (http-api.md §1.4). The reason of a refusal is for the person who added the file, and has none.
 */
export const attemptsFailedReason = 'its exports could not be made'

/** A file with exports stays `ready`, whatever happens to a later job. */
export const mediaStateOf = ({ isReady, failure, job }: Stored): MediaState => {
  if (isReady) return { state: 'ready', ...idle }
  if (job?.state === 'running') {
    const { progress, stage, etaSeconds } = job
    return { state: 'making', progress, stage, etaSeconds, reason: null }
  }
  if (job === null && failure !== null) return { state: 'failed', ...idle, reason: failure }
  return { state: 'waiting', ...idle }
}
