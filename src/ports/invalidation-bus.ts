import * as t from 'io-ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import { refine } from '../domain/shared/refine.ts'
import { storableText } from '../domain/shared/storable-text.ts'
import type { TE } from '../fp.ts'
import type { StaleValues } from './cache.ts'

const snapshotPattern = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/

/** Returns whether PostgreSQL can read the snapshot: it fails for others, and so would each read of the log. */
const isSnapshot = (u: unknown): u is string => {
  const [, first, next, list] = (typeof u === 'string' ? snapshotPattern.exec(u) : null) ?? []
  if (first === undefined || next === undefined) return false
  const [xmin, xmax] = [BigInt(first), BigInt(next)]
  const running = list ? list.split(',').map(BigInt) : []
  const isInOrder = running.every((xid, i) => xid >= (running[i - 1] ?? xmin) && xid < xmax)
  return xmin > 0n && xmin <= xmax && isInOrder
}

const RowId = refine('row_id', (u): u is number => Number.isSafeInteger(u) && Number(u) >= 0)
const TransactionId = refine('xid', (u): u is string => typeof u === 'string' && /^\d{1,19}$/.test(u))

/**
 * How far a follower has read. A row of the log is known if the transaction that wrote it is visible in the
 * snapshot. Rows are not numbered in the order in which they become visible, so a number would not do.
 * `newest` is the row by which a follower recognises that the log is still the one that it has read.
 */
export const BusPosition = t.strict({
  /** The snapshot in the notation of PostgreSQL's type `pg_snapshot`: `xmin:xmax:xip_list`. */
  snapshot: refine('pg_snapshot', isSnapshot),
  newest: t.strict({ id: RowId, xid: TransactionId, createdAt: storableText({ maxCharacters: 64 }) }),
})
export type BusPosition = t.TypeOf<typeof BusPosition>

/** A connection that hears of changes. The caller must close it. */
export type BusSession = {
  /**
   * Reads everything that became visible since `from`, and passes it to `apply` in pieces, which may repeat
   * what was applied before. Returns the new position: everything visible in it was applied. Passes `all` if
   * it cannot be known what is missing (a gap): without a position, or if the log does not have the row
   * `from.newest` any more, or has other rows in its place, or rows were pruned that are not visible in
   * `from.snapshot`. Passes `all`, too, if so many rows are new that to apply them would take minutes. Fails with
   * Unavailable if the database does not answer within a limit, or if `apply` fails; the caller then repeats the call with the same position, on a new session.
   */
  readonly catchUp: (
    from: BusPosition | null,
    apply: (stale: StaleValues) => TE.TaskEither<Unavailable, void>,
  ) => TE.TaskEither<Unavailable, BusPosition>
  /** Is aborted when the connection breaks. A connection that falls silent is only noticed by `catchUp`. */
  readonly lost: AbortSignal
  /** Ends the session after the read that is running, within a limit. Later reads fail. */
  readonly close: () => Promise<void>
}

/**
 * The log of cached values that became stale. Triggers of the database write it in the transaction of each
 * change, so a change that was committed is in the log.
 */
export type InvalidationBus = {
  /**
   * Opens a session. `onChange` is called soon after a row was added; calls may be lost while the connection
   * is broken, so the caller also calls `catchUp` at intervals. Fails with Unavailable within a limit.
   */
  readonly open: (onChange: () => void) => TE.TaskEither<Unavailable, BusSession>
  /**
   * Removes rows older than `keepMs` milliseconds, but never the newest row, and no row that is newer than a running
   * transaction: each read would be a gap until that transaction ends. Returns the number of removed rows.
   */
  readonly prune: (keepMs: number) => TE.TaskEither<Unavailable, number>
}
