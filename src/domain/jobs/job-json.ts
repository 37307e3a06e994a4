import * as t from 'io-ts'
import { AnyUid } from '../media/ids.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { refine } from '../shared/refine.ts'
import { Amount, Count, Fraction, TimeText } from '../shared/reply-values.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import { type Job, jobKinds, jobPriorities, jobStates } from './job.ts'

/** How early a job is taken. Jobs with a higher number are taken first. */
export const JobPriority = refine(
  'priority',
  (u): u is number => Number.isInteger(u) && Number(u) >= jobPriorities.min && Number(u) <= jobPriorities.max,
  `should be a whole number from ${jobPriorities.min} to ${jobPriorities.max}`,
  { type: 'integer', minimum: jobPriorities.min, maximum: jobPriorities.max },
)

/** A job as clients see it (http-api.md §12.1). */
export const JobJson = t.strict(
  {
    uid: AnyUid,
    kind: withDescription(oneOf('job_kind', jobKinds), 'Whether the file has no exports, or old ones.'),
    media: withDescription(AnyUid, 'The uid of the file.'),
    state: oneOf('job_state', jobStates),
    attempt: withDescription(Count, 'Failed attempts for which the file may be to blame.'),
    attempts: withDescription(Count, 'Failed attempts after which the job fails.'),
    lost: withDescription(Count, 'How often its worker died or was cut off.'),
    progress: withDescription(Fraction, 'The part of the work that is finished.'),
    stage: withDescription(nullable(t.string), 'The current step in plain words.'),
    speed: withDescription(nullable(Amount), 'Seconds of media per second.'),
    eta_seconds: withDescription(nullable(Amount), 'Estimated seconds until the end of a running job.'),
    error: withDescription(nullable(t.string), 'Why the job, or its last attempt, failed.'),
    warnings: withDescription(t.readonlyArray(t.string), 'What the exports lack of the original.'),
    worker: withDescription(nullable(t.string), 'The process that works, or last worked, on the job.'),
    priority: withDescription(JobPriority, 'Jobs with a higher number are taken first.'),
    created_at: TimeText,
    started_at: nullable(TimeText),
    ended_at: nullable(TimeText),
  },
  'Job',
)
export type JobJson = t.TypeOf<typeof JobJson>

const toTimeText = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms))

/** Returns a job in the form of the HTTP API (http-api.md §12.1). */
export const jobAsJson = (job: Job): JobJson => ({
  uid: job.uid,
  kind: job.kind,
  media: job.media.uid,
  state: job.state,
  attempt: job.attempt,
  attempts: job.attempts,
  lost: job.lost,
  progress: job.progress,
  stage: job.stage,
  speed: job.speed,
  eta_seconds: job.state === 'running' ? job.etaSeconds : null,
  error: job.error,
  warnings: job.warnings,
  worker: job.worker,
  priority: job.priority,
  created_at: rfc3339(job.createdAt),
  started_at: toTimeText(job.startedAt),
  ended_at: toTimeText(job.endedAt),
})
