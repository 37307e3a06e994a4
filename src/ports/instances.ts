import type { InstanceUid, PurgeUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { StaleValues } from './cache.ts'
import type { BusPosition } from './invalidation-bus.ts'

/** An instance that has not reported for this long (milliseconds) is silent. */
export const silentAfterMs = 30_000

/** What a serving process says about itself. */
export type InstanceReport = {
  readonly uid: InstanceUid
  readonly version: string
  /** Everything up to this position was applied to its cache; `null` while the process does not follow the log. */
  readonly position: BusPosition | null
  /** Bytes of its cache on disk. */
  readonly cacheBytes: number
  /** Part of the lookups that memory or disk answered, from 0 to 1; `null` before the first lookup. */
  readonly hitRatio: number | null
}

/** The last report of an instance. Times are milliseconds since 1970, by the clock of the database. */
export type InstanceStatus = Omit<InstanceReport, 'position'> & {
  readonly startedAt: number
  readonly heardAt: number
  /** The id of the newest row of the log that it has applied; 0 if that is not known. */
  readonly applied: number
}

/**
 * Whether an instance has applied a purge. One that has not reported for 30 s is `silent`, whatever it applied
 * before.
 */
export type PurgeReceipt = {
  readonly instance: InstanceUid
  readonly state: 'done' | 'waiting' | 'silent'
  readonly heardAt: number
}

/** The serving processes of a library, and what each of them has purged from its cache. */
export type Instances = {
  /**
   * Stores a report, in place of an earlier one of this instance. A position that is not of the history of this
   * database (it was restored, failed over or replaced) counts as `null`.
   */
  readonly report: (report: InstanceReport) => TE.TaskEither<Unavailable, void>
  /** Removes an instance that ends. Does nothing if there is none. */
  readonly remove: (uid: InstanceUid) => TE.TaskEither<Unavailable, void>
  /** Lists all instances, the oldest first. */
  readonly list: TE.TaskEither<Unavailable, ReadonlyArray<InstanceStatus>>
  /**
   * Adds a purge, and writes its values to the log of invalidations, in one transaction. The log gets a row, which the
   * bus announces, even if there are no values: an instance that has applied it has applied all earlier changes, too.
   */
  readonly addPurge: (uid: PurgeUid, stale: Exclude<StaleValues, 'all'>) => TE.TaskEither<Unavailable, void>
  /**
   * Returns a receipt for each instance; `none` if there is no such purge. Only a report that was made after the
   * purge counts, because the rows of instances may come from a backup, too.
   */
  readonly findPurge: (uid: PurgeUid) => TE.TaskEither<Unavailable, O.Option<ReadonlyArray<PurgeReceipt>>>
  /** Removes instances that have been silent for longer than `silentMs` milliseconds, and purges as old. */
  readonly forget: (silentMs: number) => TE.TaskEither<Unavailable, void>
}
