import type { components } from '#larder-client'
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
  readonly sleep: (milliseconds: number) => Promise<void>
}
