import * as t from 'io-ts'
import type { Knex } from 'knex'
import {
  type Job,
  type JobCompletion,
  type JobLease,
  jobKinds,
  jobStates,
  type LeasedJob,
  type NewJob,
} from '../../domain/jobs/job.ts'
import { ContentFileUid, ImageFileUid, JobUid } from '../../domain/media/ids.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { epochMilliseconds } from './sql-times.ts'

const jobColumnCodecs = {
  id: t.number,
  uid: JobUid,
  kind: oneOf('job_kind', jobKinds),
  media: t.union([ImageFileUid, ContentFileUid]),
  replacesAll: t.boolean,
  mediaKind: oneOf('media_kind', ['image', 'content']),
  durationSeconds: nullable(t.number),
  state: oneOf('job_state', jobStates),
  priority: t.number,
  attempt: t.number,
  attempts: t.number,
  lost: t.number,
  worker: nullable(t.string),
  progress: t.number,
  stage: nullable(t.string),
  speed: nullable(t.number),
  etaSeconds: nullable(t.number),
  error: nullable(t.string),
  isRefused: t.boolean,
  warnings: t.readonlyArray(t.string),
  createdAt: t.number,
  startedAt: nullable(t.number),
  endedAt: nullable(t.number),
}

export const JobRow = snakeCased(t.strict(jobColumnCodecs))
export const LeasedJobRow = snakeCased(t.strict({ ...jobColumnCodecs, leaseToken: t.string }))

const timeColumn = (column: string): string => `${epochMilliseconds(`j.${column}`)} as ${column}`

/** The columns of JobRow. The row of the job must be named `j` in the statement. */
export const jobColumns = `
  j.id, j.uid, j.kind, j.replaces_all, j.media, j.media_kind, j.duration_seconds, j.state, j.priority, j.attempt, j.attempts, j.lost,
  j.worker, j.progress, j.stage, j.speed, j.eta_seconds, j.error, j.is_refused, j.warnings,
  ${['created_at', 'started_at', 'ended_at'].map(timeColumn).join(', ')}`

export const toJob = ({ id: _, media, mediaKind, replacesAll, ...row }: t.TypeOf<typeof JobRow>): Job => ({
  ...row,
  replaces: replacesAll ? 'all' : 'outdated',
  media: { kind: mediaKind, uid: media },
})

export const toLeasedJob = ({ leaseToken, ...row }: t.TypeOf<typeof LeasedJobRow>): LeasedJob => ({
  ...toJob(row),
  lease: { job: row.uid, token: leaseToken },
})

/** Inserts a job in the transaction that inserts its file. */
export const insertJob = async (trx: Knex.Transaction, job: NewJob): Promise<void> => {
  const { uid, kind, media, attempts, durationSeconds } = job
  await trx('jobs').insert({
    uid,
    kind,
    media: media.uid,
    media_kind: media.kind,
    attempts,
    duration_seconds: durationSeconds,
  })
}

const byLease = ({ job, token }: JobLease) => ({ uid: job, lease_token: token })

/**
 * Ends a job as done, in the transaction that publishes its exports. Returns `false` if the lease is lost. Until
 * the transaction ends, no other process can end the lease.
 */
export const completeJob = async (
  trx: Knex.Transaction,
  { lease, warnings }: JobCompletion,
): Promise<boolean> => {
  const ended = await trx('jobs')
    .where(byLease(lease))
    .update({
      state: 'done',
      progress: 1,
      stage: null,
      speed: null,
      eta_seconds: null,
      error: null,
      warnings: JSON.stringify(warnings),
      lease_token: null,
      lease_until: null,
      ended_at: trx.fn.now(),
    })
  return ended === 1
}
