import type { ContentFileUid, ImageFileUid, JobUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'

/**
 * `exports`: makes the exports of a file that has none. `remake`: replaces the exports that an older recipe
 * made, or all of them.
 */
export const jobKinds = ['exports', 'remake'] as const
export type JobKind = (typeof jobKinds)[number]

export const jobStates = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

/** A file of the library for which a job works. */
export type JobMedia = { readonly kind: MediaKind; readonly uid: ImageFileUid | ContentFileUid }

/** Which exports a `remake` replaces: those of an older recipe, or all. */
export type ReplacedScope = 'outdated' | 'all'

/** A job that is added. */
export type NewJob = {
  readonly uid: JobUid
  readonly kind: JobKind
  /** Only for a `remake`. Default: `outdated`. */
  readonly replaces?: ReplacedScope
  readonly media: JobMedia
  /** Number of failed attempts after which the job fails. */
  readonly attempts: number
  /** Declared duration of the media in seconds; `null` for an image, or if the duration is unknown. */
  readonly durationSeconds: number | null
}

/** The part of a new job that is not known from the file with which it is added. */
export type NewFileJob = Pick<NewJob, 'uid' | 'attempts'>

/** The work of a job that its worker reports. */
export type JobProgress = {
  /** The fraction of the work that is finished (0 to 1). */
  readonly progress: number
  /** The current step in plain words; `null` before the first step. */
  readonly stage: string | null
  /** Seconds of media per second; `null` if unknown. */
  readonly speed: number | null
  /** Estimated seconds until the end; `null` if unknown. */
  readonly etaSeconds: number | null
}

export const noProgress: JobProgress = { progress: 0, stage: null, speed: null, etaSeconds: null }

/** Counts of what went wrong. Work that was handed back counts in neither. */
export type JobCounts = {
  /** Number of failed attempts for which the file may be to blame: a decoder was killed, for example. */
  readonly attempt: number
  /** Number of leases that expired, because the worker died or was cut off. */
  readonly lost: number
}

/** A job as it is stored. Times are in milliseconds since 1970, by the clock of the database. */
export type Job = NewJob &
  JobProgress &
  JobCounts & {
    readonly state: JobState
    /** Number from -100 to 100. Jobs with a higher number are taken first. */
    readonly priority: number
    /** Why the job, or its last attempt, failed (one line); `null` if nothing has failed. */
    readonly error: string | null
    /** Whether the file was refused: then `error` is in words for its owner. Any other error is for admins only. */
    readonly isRefused: boolean
    /** Messages for the person who added the file, one line each. */
    readonly warnings: ReadonlyArray<string>
    /** Name of the process that works, or last worked, on the job; `null` if none did. */
    readonly worker: string | null
    readonly createdAt: number
    readonly startedAt: number | null
    readonly endedAt: number | null
  }

/** The right to work on a job. Only the holder of the current lease can change or end the job. */
export type JobLease = { readonly job: JobUid; readonly token: string }

/** A job that this process has taken. */
export type LeasedJob = Job & { readonly lease: JobLease }

/** How a job ends when its exports are published: in the transaction that publishes them. */
export type JobCompletion = { readonly lease: JobLease; readonly warnings: ReadonlyArray<string> }

export const jobPriorities = { min: -100, max: 100 } as const

/** States in which a job is not ended. A file has at most one such job of a kind. */
export const activeStates: ReadonlyArray<JobState> = ['waiting', 'running']
/** States from which a job can be started again. */
export const retryableStates: ReadonlyArray<JobState> = ['failed', 'cancelled']
