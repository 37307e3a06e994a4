import type { BusPosition } from '../../ports/invalidation-bus.ts'

/** A position of no log: no transaction is visible in it. */
export const nowhere: BusPosition = { snapshot: '1:1:', newest: { id: 0, xid: '', createdAt: '' } }

/** The expression for the time of a row of the log, as a text that depends on no setting of the session. */
export const createdAtText = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * Most new rows that a follower reads. To apply a page of 100 takes up to 50 ms, so the rows of a stop of an hour would take
 * minutes, in which no other change and no revocation is heard.
 */
export const mostNewRows = 4000

type PositionExpressions = Readonly<Record<'snapshot' | 'id' | 'xid' | 'createdAt', string>>

/**
 * The condition that a position (ports/invalidation-bus.ts) is not of the history of this database, which may have
 * been restored, failed over, or replaced:
 * - its newest row is not there, or is another one;
 * - or transactions are numbered lower than before, as on a new server;
 * - or a newer row counts as known: another history has used its transaction's number.
 * The first also holds after that row was pruned. The condition also holds if there are `mostNewRows` newer rows: not all
 * are compared then, because that may take longer than the limit of the query.
 */
export const isOfAnotherHistory = ({ snapshot, id, xid, createdAt }: PositionExpressions): string => `(
    not exists (
      select from invalidation_log
      where id = ${id} and cast(xid as text) = ${xid} and ${createdAtText('created_at')} = ${createdAt}
    )
    or pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(cast(${snapshot} as pg_snapshot))
    or exists (
      select from invalidation_log
      where id > ${id} and id < cast(${id} as bigint) + ${mostNewRows}
        and pg_visible_in_snapshot(xid, cast(${snapshot} as pg_snapshot))
    )
    or (select max(id) from invalidation_log) >= cast(${id} as bigint) + ${mostNewRows}
  )`
