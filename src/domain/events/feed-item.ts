import type { EventPlace, JobStep, StoredEvent } from '../../ports/event-log.ts'
import type { Job } from '../jobs/job.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import type { EventJson } from './event-json.ts'

/** What a client that follows events is sent. `reset`: events may be missing before this one. */
export type FeedItem = {
  readonly type: EventJson['type']
  /** The place up to which the client has everything with this item; `null` if it says nothing of that. */
  readonly place: EventPlace | null
  /** The file and the job that this is about; `null`: none. */
  readonly media: string | null
  readonly job: string | null
  /** The body in JSON, in one line. */
  readonly json: string
  /** Length of the body in bytes. */
  readonly bytes: number
}

/** `null`: any file, or any job. A filter by job has no events of files. */
export type FeedFilter = { readonly media: string | null; readonly job: string | null }

export const matchesFilter = (item: FeedItem, { media, job }: FeedFilter): boolean =>
  item.type === 'reset' || ((media === null || item.media === media) && (job === null || item.job === job))

const encoder = new TextEncoder()

const toItem = (
  about: Pick<FeedItem, 'type' | 'place' | 'media' | 'job'>,
  at: number,
  data: EventJson['data'],
): FeedItem => {
  const body: EventJson = { type: about.type, timestamp: rfc3339(at), data }
  const json = JSON.stringify(body)
  return { ...about, json, bytes: encoder.encode(json).length }
}

export const eventItem = ({ type, place, media, data, createdAt }: StoredEvent): FeedItem =>
  toItem({ type, place, media, job: null }, createdAt, data)

/** `now`: milliseconds since 1970. */
export const progressItem = (step: JobStep, now: number): FeedItem =>
  toItem({ type: 'job.progress', place: null, media: step.uid, job: step.job }, now, step)

/** `last`: the place of the last event before the first one that the client gets now. */
export const resetItem = (last: EventPlace, now: number): FeedItem =>
  toItem({ type: 'reset', place: last, media: null, job: null }, now, {})

/** Returns the present step of a job. */
export const stepOfJob = ({ uid, media, state, progress, stage, speed, etaSeconds }: Job): JobStep => ({
  uid: media.uid,
  kind: media.kind,
  job: uid,
  state,
  progress,
  stage,
  speed,
  eta_seconds: etaSeconds,
})
