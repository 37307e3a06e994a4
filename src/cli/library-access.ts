import type { components, LibraryEvent } from '#larder-client'
import type { PurgeTarget } from '../domain/freshness/purge-target.ts'
import type { JobState } from '../domain/jobs/job.ts'
import type { MediaChange } from '../domain/library/media-change.ts'
import type { MediaFilter } from '../ports/media-repository.ts'
import type { RevocationTarget } from '../ports/revocations.ts'
import type { DeletionMode, StoreRefusalReason } from '../ports/trash.ts'

/** The forms of the HTTP API, which commands print with `--json`. */
export type Schemas = components['schemas']

/** What a deletion has done. */
export type DeletionResult = {
  readonly deleted_at: string
  readonly purge_after: string
  /** Whether the objects are gone, too; absent unless the file was to be erased. */
  readonly erased?: boolean
  /** Why the objects are left in the store; absent if it has refused nothing. */
  readonly refused?: StoreRefusalReason
}

/** What a revocation has done. */
type RevocationResult = { readonly not_before: number; readonly started: Schemas['Purge'] | null }

/** Which events are followed. `null`: those of any file, or of any job. */
type EventFilter = { readonly media: string | null; readonly job: string | null }

/** The webhooks of a library. */
export type WebhookAccess = {
  readonly list: () => Promise<ReadonlyArray<Schemas['Webhook']>>
  /** `events`: only these types; `null`: all. */
  readonly add: (
    url: string,
    events: NonNullable<Schemas['NewWebhook']['events']> | null,
  ) => Promise<Schemas['WebhookWithSecret']>
  readonly remove: (uid: string) => Promise<void>
  readonly rotate: (uid: string) => Promise<Schemas['WebhookWithSecret']>
  readonly enable: (uid: string) => Promise<Schemas['Webhook']>
  readonly test: (uid: string) => Promise<Schemas['WebhookDelivery']>
  /** Lists the newest deliveries. */
  readonly listDeliveries: (uid: string, limit: number) => Promise<ReadonlyArray<Schemas['WebhookDelivery']>>
  readonly findDelivery: (uid: string, id: number) => Promise<Schemas['WebhookDelivery']>
  readonly retryDelivery: (uid: string, id: number) => Promise<Schemas['WebhookDelivery']>
}

/**
 * What commands do with a library, on this machine or on a server. Every function throws a `CommandError` for what the
 * library refuses.
 */
export type LibraryAccess = {
  /** Lists at most `limit` files, newest first. */
  readonly listMedia: (filter: MediaFilter, limit: number) => AsyncIterable<Schemas['MediaItem']>
  readonly showMedia: (uid: string) => Promise<Schemas['Media']>
  /** Returns whether the library or its trash has this file. */
  readonly hasMedia: (uid: string) => Promise<boolean>
  readonly changeMedia: (uid: string, change: MediaChange) => Promise<Schemas['Media']>
  readonly deleteMedia: (uid: string, mode: DeletionMode) => Promise<DeletionResult>
  readonly restoreMedia: (uid: string) => Promise<void>
  /** Revokes tokens. Returns from which second on tokens are valid, and receipts as `requestReceipts` does. */
  readonly revoke: (target: RevocationTarget) => Promise<RevocationResult>
  /** Lists at most `limit` jobs, newest first. */
  readonly listJobs: (state: JobState | null, limit: number) => AsyncIterable<Schemas['Job']>
  readonly cancelJob: (uid: string) => Promise<Schemas['Job']>
  readonly retryJob: (uid: string) => Promise<Schemas['Job']>
  readonly listInstances: () => Promise<ReadonlyArray<Schemas['Instance']>>
  readonly purge: (target: PurgeTarget) => Promise<Schemas['Purge']>
  /**
   * Asks all servers for a receipt of everything that was done before, at last to the file `uid`; `null` if that cannot
   * be asked. What was done stays done.
   */
  readonly requestReceipts: (uid: string) => Promise<Schemas['Purge'] | null>
  /** Returns the receipts so far; `null` if they cannot be read. */
  readonly findReceipts: (purge: string) => Promise<Schemas['Purge'] | null>
  /**
   * Yields what happens from now on, or after the event with the id `after`, until the signal is aborted. Goes on while
   * the library cannot be reached for a while.
   */
  readonly followEvents: (
    filter: EventFilter,
    after: string | null,
    signal: AbortSignal,
  ) => AsyncIterable<LibraryEvent>
  readonly webhooks: WebhookAccess
  readonly sleep: (milliseconds: number) => Promise<void>
}
