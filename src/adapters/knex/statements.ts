import * as t from 'io-ts'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import type { Knex } from 'knex'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import { type StatementLimit, statementOptions } from './database-limits.ts'
import { toReadFailure, toWriteFailure } from './statement-outcome.ts'

type QueryLimit = Extract<StatementLimit, 'read' | 'background'>

export type Binding = string | number | boolean | null

/**
 * Runs a query. Fails with `Unavailable` for an error of the database, and for a row that does not match its
 * codec. Throws if the database rejects the values of the query, which is a bug.
 */
export const queryDatabase = <A>(runQuery: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(runQuery, toReadFailure)

/**
 * Runs `work` in a transaction. Whether the transaction had an effect is unknown only if a COMMIT was sent
 * and not answered.
 */
export const inTransaction =
  <A>(db: Knex, work: (trx: Knex.Transaction) => Promise<A>): TE.TaskEither<Unavailable, A> =>
  async () => {
    let isCommitting = false
    try {
      const done = await db.transaction(async (trx) => {
        const result = await work(trx)
        isCommitting = true
        return result
      })
      return E.right(done)
    } catch (error) {
      return E.left(isCommitting ? toWriteFailure(error) : toReadFailure(error))
    }
  }

export const decodeRows = <A>(row: t.Type<A, unknown, unknown>, rows: unknown): ReadonlyArray<A> => {
  const decoded = t.readonlyArray(row).decode(rows)
  if (E.isLeft(decoded)) throw new Error(PathReporter.report(decoded).slice(0, 3).join('; '))
  return decoded.right
}

/**
 * Creates functions that run fixed SQL. A statement with a `name` is prepared: PostgreSQL parses and plans it
 * once per connection, which halves the cost of a lookup by key. Each query has a limit (database-limits.ts).
 * A background query must not have the limit of viewers, because its timeout would open the breaker, and
 * viewers would get errors.
 */
export const createStatements = (db: Knex) => {
  const selectWith =
    <A>(options: object, row: t.Type<A, unknown, unknown>, sql: string) =>
    (...bindings: ReadonlyArray<Binding>) =>
      queryDatabase(async () => decodeRows(row, (await db.raw(sql, bindings).options(options)).rows))

  const selectMany = <A>(limit: QueryLimit, name: string, row: t.Type<A, unknown, unknown>, sql: string) =>
    selectWith(Object.assign({ name }, statementOptions(limit)), row, sql)

  return {
    /** Returns all rows. */
    selectMany,

    /**
     * Returns all rows of a statement without a name. PostgreSQL plans it each time for its values; for
     * a prepared one it soon uses a plan for any values.
     */
    selectPlanned: <A>(limit: QueryLimit, row: t.Type<A, unknown, unknown>, sql: string) =>
      selectWith(statementOptions(limit), row, sql),

    /** Runs a write of background work. Returns the rows of its `returning` clause. */
    writeMany:
      <A>(name: string, row: t.Type<A, unknown, unknown>, sql: string) =>
      (...bindings: ReadonlyArray<Binding>) =>
        TE.tryCatch(
          async () =>
            decodeRows(
              row,
              (
                await db
                  .raw(sql, [...bindings])
                  .options(Object.assign({ name }, statementOptions('background')))
              ).rows,
            ),
          toWriteFailure,
        ),

    /** Returns the first row, if there is one. */
    selectOne: <A>(limit: QueryLimit, name: string, row: t.Type<A, unknown, unknown>, sql: string) => {
      const select = selectMany(limit, name, row, sql)
      return (...bindings: ReadonlyArray<Binding>) =>
        pipe(
          select(...bindings),
          TE.map((rows) => O.fromNullable(rows[0])),
        )
    },

    /** Runs a write that returns at most one row. Bindings have names, such as `:sub`. */
    runReturning:
      <A>(row: t.Type<A, unknown, unknown>, sql: string) =>
      (bindings: Readonly<Record<string, Binding>>) =>
        TE.tryCatch(
          async () => O.fromNullable(decodeRows(row, (await db.raw(sql, bindings)).rows)[0]),
          toWriteFailure,
        ),

    /** Runs a write. Returns the number of affected rows. Bindings have names, such as `:sub`. */
    run: (sql: string, bindings: Readonly<Record<string, Binding>>) =>
      TE.tryCatch(async (): Promise<number> => (await db.raw(sql, bindings)).rowCount, toWriteFailure),
  }
}
