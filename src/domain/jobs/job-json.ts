import { rfc3339 } from '../shared/rfc3339.ts'
import type { Job } from './job.ts'

const instant = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms))

/** Returns a job in the form of the HTTP API (http-api.md §12.1). */
export const jobAsJson = (job: Job) => ({
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
  started_at: instant(job.startedAt),
  ended_at: instant(job.endedAt),
})
