import * as t from 'io-ts'
import pg from 'pg'
import { unavailable } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { StaleValues } from '../../ports/cache.ts'
import type { BusPosition, BusSession } from '../../ports/invalidation-bus.ts'
import type { PgConnection } from './create-knex.ts'
import { createdAtText, isOfAnotherHistory, mostNewRows, nowhere } from './log-history.ts'
import { openOwnConnection } from './own-connection.ts'
import { decodeRows } from './statements.ts'

/** The channel on which the triggers notify. */
const busChannel = 'larder_invalidation'

/** Number of rows per page. A row has at most 500 names. */
const pageRows = 100

/**
 * Selects the state of the log in one statement, so that snapshot and rows belong together. $1 to $4 are the
 * position of the follower. The log has a gap if the position is of another history or too old, or if a row was
 * pruned that may not be known. A number of another server, beyond the current ones, does not count.
 */
const selectState = `
  select cast(pg_current_snapshot() as text) as snapshot, newest.id,
         cast(newest.xid as text) as xid, ${createdAtText('newest.created_at')} as created_at,
         ${isOfAnotherHistory({ snapshot: '$1', id: '$2', xid: '$3', createdAt: '$4' })}
         or exists (
           select from invalidation_pruning
           where pruned >= pg_snapshot_xmin(cast($1 as pg_snapshot))
             and pruned < pg_snapshot_xmax(pg_current_snapshot())
         ) as gap
  from (select id, xid, created_at from invalidation_log order by id desc limit 1) newest`

const StateRow = t.strict({
  snapshot: t.string,
  id: t.number,
  xid: t.string,
  created_at: t.string,
  gap: t.boolean,
})

/**
 * Selects a page of the rows that are not known. Rows of another server, whose numbers lie beyond the current ones, were
 * there before the follower began. The order is that of the index by transaction: in the order of ids, or without
 * statistics, PostgreSQL would first read all known rows, a day of changes, at each read.
 */
const selectPage = `
  select id, cast(xid as text) as of_transaction, keys, families from invalidation_log
  where xid >= pg_snapshot_xmin(cast($1 as pg_snapshot))
    and not pg_visible_in_snapshot(xid, cast($1 as pg_snapshot))
    and xid < pg_snapshot_xmax(pg_current_snapshot())
    and (xid, id) > (cast($2 as xid8), $3)
  order by xid, id limit ${pageRows}`

const PageRow = t.strict({
  id: t.number,
  of_transaction: t.string,
  keys: t.readonlyArray(t.string),
  families: t.readonlyArray(t.string),
})

const int8 = 20

/** Opens a connection that listens, and reads the log. `answerMs` limits each wait for the database. */
export const openBusSession = async (
  address: PgConnection,
  answerMs: number,
  onChange: () => void,
): Promise<BusSession> => {
  const { query, lost, close } = await openOwnConnection(address, {
    name: 'larder bus',
    answerMs,
    // The session listens before the first read, so that no row falls between the two.
    setup: `listen ${busChannel}`,
    types: {
      getTypeParser: (oid: number, format?: string) =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
    },
    onNotification: onChange,
  })

  const select = async <A>(
    row: t.Type<A, unknown, unknown>,
    sql: string,
    values: ReadonlyArray<unknown>,
  ): Promise<ReadonlyArray<A>> => decodeRows(row, (await query(sql, values)).rows)

  /** Reads the unknown rows; passes `all` after `mostNewRows`. Returns the left of `apply` if it fails. */
  const readPages = async (from: BusPosition, apply: Parameters<BusSession['catchUp']>[1]) => {
    let last: t.TypeOf<typeof PageRow> | null = null
    for (let read = 0; read < mostNewRows; read += pageRows) {
      const after: ReadonlyArray<unknown> = [last?.of_transaction ?? '0', last?.id ?? 0]
      const rows = await select(PageRow, selectPage, [from.snapshot, ...after])
      const stale: StaleValues = {
        names: [...new Set(rows.flatMap(({ keys }) => keys))],
        families: [...new Set(rows.flatMap(({ families }) => families))],
      }
      const applied = rows.length === 0 ? E.right(undefined) : await apply(stale)()
      if (E.isLeft(applied) || rows.length < pageRows) return applied
      last = rows.at(-1) ?? null
    }
    return apply('all')()
  }

  return {
    catchUp: (from, apply) => async () => {
      try {
        const { snapshot, newest } = from ?? nowhere
        const { id, xid, createdAt } = newest
        const [state] = await select(StateRow, selectState, [snapshot, id, xid, createdAt])
        if (state === undefined) throw new Error('the invalidation log is empty')
        // Rows that become visible after this statement are not visible in its snapshot, so they are read
        // again with the returned position, whether a page has them or not.
        const applied = from === null || state.gap ? await apply('all')() : await readPages(from, apply)
        if (E.isLeft(applied)) return applied
        return E.right({
          snapshot: state.snapshot,
          newest: { id: state.id, xid: state.xid, createdAt: state.created_at },
        })
      } catch (error) {
        await close()
        return E.left(unavailable('database')(error))
      }
    },
    lost,
    close,
  }
}
