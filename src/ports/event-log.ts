import * as t from 'io-ts'
import { jobStates } from '../domain/jobs/job.ts'
import { mediaKinds } from '../domain/media/media-kind.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import { nullable } from '../domain/shared/nullable.ts'
import { oneOf } from '../domain/shared/one-of.ts'
import type { TE } from '../fp.ts'

/** The events of a file that are stored (http-api.md §12.3). */
export const mediaEventTypes = [
  'media.created',
  'media.ready',
  'media.failed',
  'media.changed',
  'media.public',
  'media.deleted',
  'media.restored',
  'media.purged',
] as const

/**
 * The place of an event in the order of all events: that of its transaction, and of its row. `check` are four digits of
 * the time at which it was written. They differ from those of an event with the same numbers in another history of the
 * database.
 */
export const EventPlace = t.strict({ xid: t.string, id: t.number, check: t.number })
export type EventPlace = t.TypeOf<typeof EventPlace>

export const StoredEvent = t.strict({
  place: EventPlace,
  type: oneOf('event_type', mediaEventTypes),
  media: t.string,
  /** The body's `data`, of the moment of the event; of a file that was deleted for ever, its uid and kind alone. */
  data: t.UnknownRecord,
  /** Milliseconds since 1970. */
  createdAt: t.number,
})
export type StoredEvent = t.TypeOf<typeof StoredEvent>

/** A step of a job. It is announced, and not stored. */
export const JobStep = t.strict({
  /** The uid of the file. */
  uid: t.string,
  kind: oneOf('media_kind', mediaKinds),
  job: t.string,
  state: oneOf('job_state', jobStates),
  progress: t.number,
  stage: nullable(t.string),
  speed: nullable(t.number),
  eta_seconds: nullable(t.number),
})
export type JobStep = t.TypeOf<typeof JobStep>

/**
 * How far a reader has read: all events up to `last`. Below the horizon, which is the number of a transaction, no event
 * can appear any more.
 */
export type EventPosition = { readonly last: EventPlace; readonly horizon: string }

/** The place before all events. */
export const startOfEvents: EventPlace = { xid: '0', id: 0, check: 0 }

type NewEvents = {
  readonly position: EventPosition
  readonly events: ReadonlyArray<StoredEvent>
  /** Whether more events can be read at once. */
  readonly hasMore: boolean
  /** Whether events may be missing, because the log is not the one that was read before. Then `events` is empty. */
  readonly isGap: boolean
}

/** A page of events, empty at the end. `unknown`: the log has no event at this place any more, or never had one. */
type ReplayedEvents = ReadonlyArray<StoredEvent> | 'unknown'

/** A connection that reads events. The caller must close it. All reads of it wait for each other. */
export type EventSession = {
  /**
   * Reads the events after this position, in their order; `null`: none, but the position. Passes by none whose
   * transaction ends late: an event is only read when every older transaction has ended. Fails with Unavailable if the
   * database does not answer within a limit; the session is lost then.
   */
  readonly readNew: (from: EventPosition | null) => TE.TaskEither<Unavailable, NewEvents>
  /** Reads the events after one place and up to another; of one file, unless `media` is `null`. */
  readonly replay: (
    after: EventPlace,
    until: EventPlace,
    media: string | null,
  ) => TE.TaskEither<Unavailable, ReplayedEvents>
  /** Is aborted when the connection breaks. */
  readonly lost: AbortSignal
  readonly close: () => Promise<void>
}

export type EventLogListener = {
  /** Is called soon after an event was written. Calls may be lost while the connection is broken. */
  readonly onEvent: () => void
  /** Is called with each step of a job, at most some a second and job. */
  readonly onProgress: (progress: JobStep) => void
}

/** The log of events, which are written in the transaction of each change. */
export type EventLog = {
  readonly open: (listener: EventLogListener) => TE.TaskEither<Unavailable, EventSession>
  /**
   * Removes events older than `keepMs` milliseconds, the first ones in their order, but never the last one. Returns the
   * number of removed events.
   */
  readonly prune: (keepMs: number) => TE.TaskEither<Unavailable, number>
}
