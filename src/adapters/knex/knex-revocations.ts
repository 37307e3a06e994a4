import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import {
  maxNotBeforeAhead,
  Revocation,
  type RevocationHorizon,
  RevocationKind,
  type Revocations,
  type RevocationTarget,
  revocationSeconds,
  revokedTooOften,
} from '../../ports/revocations.ts'
import { createStatements, decodeRows } from './statements.ts'

/** Maximum number of rows of one query. */
const pageRows = 10_000

/** Greater than every id. */
const beyondIds = Number.MAX_SAFE_INTEGER

// `xmin` is the oldest transaction that is still running: all earlier ones are visible to this statement. Rows of later
// transactions are returned as soon as they are visible, and perhaps again by the next query. The order names the column
// with its table: "order by xid" would mean the text of the result, in which 100 comes before 99.
const selectPage = `
  select cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as horizon,
         (select coalesce(json_agg(r), '[]') from (
            select id, cast(xid as text) as xid, kind, subject, not_before as "notBefore" from revocations v
            where (v.xid, v.id) > (cast(? as xid8), ?) order by v.xid, v.id limit ${pageRows}
          ) r) as revocations`

const PagedRevocation = t.intersection([Revocation, t.strict({ id: t.number, xid: t.string })])

const Page = t.strict({ horizon: t.string, revocations: t.readonlyArray(PagedRevocation) })

/** Number of expired rows that each revocation deletes: more than one, and far too few to make it wait. */
const expiredRows = 1000

/** Returns a statement that revokes tokens. `condition`: when it changes an earlier revocation of the same subject. */
const insertIf = (condition: string): string => `
  with expired as (
    delete from revocations where id in (
      select id from revocations
      where created_at < now() - make_interval(secs => ${revocationSeconds})
        and not (kind = :kind and subject = :subject)
      order by created_at limit ${expiredRows}
    )
  )
  insert into revocations (kind, subject, not_before)
  values (:kind, :subject, floor(extract(epoch from clock_timestamp())) + 1)
  on conflict (kind, subject) do update
    set id = excluded.id, xid = pg_current_xact_id(), created_at = clock_timestamp(),
        not_before = greatest(revocations.not_before + cast(:step as integer), excluded.not_before)
  ${condition}
  returning not_before`

const insert = insertIf(
  `where excluded.kind = 'jti' or revocations.not_before + 1 < excluded.not_before + ${maxNotBeforeAhead}`,
)
const insertAlways = insertIf('')

const InsertedRow = t.strict({ not_before: t.number })

/**
 * Revokes tokens in the transaction of a change that they belong to, however often they were revoked. `isRepeated`: no
 * token was minted since the last time, so that `notBefore` need not be later than it was.
 */
export const insertRevocation = async (
  trx: Knex.Transaction,
  { kind, subject }: RevocationTarget,
  isRepeated: boolean,
): Promise<Revocation> => {
  const { rows } = await trx.raw(insertAlways, { kind, subject, step: isRepeated ? 0 : 1 })
  const [row] = decodeRows(InsertedRow, rows)
  if (row === undefined) throw new Error('the write returned no row')
  return { kind, subject, notBefore: row.not_before }
}

/**
 * Stores revocations in PostgreSQL. `followers` is the pool by which `listSince` reads: one of its own, because revocations
 * must be heard while queries of viewers have all connections of `db`, or have opened its breaker.
 */
export const createKnexRevocations = (db: Knex, followers: Knex = db): Revocations => {
  const { selectOne, selectMany, runReturning } = createStatements(db)
  const selectChanges = createStatements(followers).selectOne(
    'background',
    'revocations.since',
    Page,
    selectPage,
  )
  const selectNotBefore = selectOne(
    'read',
    'revocations.not_before',
    t.strict({ not_before: t.number }),
    'select not_before from revocations where kind = ? and subject = ?',
  )
  const selectListed = selectMany(
    'read',
    'revocations.list',
    t.strict({ id: t.number, kind: RevocationKind, subject: t.string, notBefore: t.number }),
    'select id, kind, subject, not_before as "notBefore" from revocations where id < ? order by id desc limit ?',
  )
  const insertReturning = runReturning(InsertedRow, insert)

  return {
    revoke: ({ kind, subject }) =>
      pipe(
        insertReturning({ kind, subject, step: kind === 'jti' ? 0 : 1 }),
        TE.flatMapEither((row) =>
          O.isSome(row)
            ? E.right({ kind, subject, notBefore: row.value.not_before })
            : E.left(revokedTooOften),
        ),
      ),

    findNotBefore: ({ kind, subject }) =>
      pipe(
        selectNotBefore(kind, subject),
        TE.map((row) => (O.isSome(row) ? row.value.not_before : 0)),
      ),

    listSince: (since) => async () => {
      const revocations: Revocation[] = []
      let horizon: string | null = null
      let cursor = { xid: String(since ?? '0'), id: 0 }
      for (;;) {
        const page = await selectChanges(cursor.xid, cursor.id)()
        if (E.isLeft(page)) return page
        if (O.isNone(page.right)) return E.left(unavailable('database')('no snapshot'))
        const rows = page.right.value.revocations
        // The horizon of the first page: rows that became visible between two pages are read by the next call.
        horizon ??= page.right.value.horizon
        for (const { kind, subject, notBefore } of rows) revocations.push({ kind, subject, notBefore })
        const last = rows.at(-1)
        if (last === undefined || rows.length < pageRows)
          return E.right({ revocations, horizon: horizon as RevocationHorizon })
        cursor = { xid: last.xid, id: last.id }
      }
    },

    list: (before, limit) => selectListed(before ?? beyondIds, limit),
  }
}
