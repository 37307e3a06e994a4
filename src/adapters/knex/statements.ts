import * as t from 'io-ts'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import type { Knex } from 'knex'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import { limitedBy, type StatementLimit } from './database-limits.ts'
import { readFailure, writeFailure } from './statement-outcome.ts'

type QuestionLimit = Extract<StatementLimit, 'read' | 'background'>

type Binding = string | number | boolean

/** Turns whatever the database throws, and a row that is not as its codec says, into `Unavailable`. */
export const query = <A>(ask: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(ask, readFailure)

/** Runs `work` in a transaction. Only a COMMIT that was sent, and not answered, has an unknown outcome. */
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
      return E.left(isCommitting ? writeFailure(error) : readFailure(error))
    }
  }

export const decodeRows = <A>(row: t.Type<A, unknown, unknown>, rows: unknown): ReadonlyArray<A> => {
  const decoded = t.readonlyArray(row).decode(rows)
  if (E.isLeft(decoded)) throw new Error(PathReporter.report(decoded).slice(0, 3).join('; '))
  return decoded.right
}

/**
 * Makes functions of fixed SQL. A `name` makes it a prepared statement, which PostgreSQL parses and plans
 * once per connection: that halves the cost of a look-up by key. Each question says whose it is (database-limits.ts): the
 * wrong limit lets a slow question of the background refuse viewers.
 */
export const createStatements = (db: Knex) => {
  const many =
    <A>(limit: QuestionLimit, name: string, row: t.Type<A, unknown, unknown>, sql: string) =>
    (...bindings: ReadonlyArray<Binding>) =>
      query(async () =>
        decodeRows(
          row,
          (await db.raw(sql, bindings).options(Object.assign({ name }, limitedBy(limit)))).rows,
        ),
      )

  return {
    /** All rows. */
    many,

    /** The first row, if there is one. */
    one: <A>(limit: QuestionLimit, name: string, row: t.Type<A, unknown, unknown>, sql: string) => {
      const select = many(limit, name, row, sql)
      return (...bindings: ReadonlyArray<Binding>) =>
        pipe(
          select(...bindings),
          TE.map((rows) => O.fromNullable(rows[0])),
        )
    },

    /** Changes rows; gives how many. Bindings are by name: `:sub`. */
    run: (sql: string, bindings: Readonly<Record<string, Binding>>) =>
      TE.tryCatch(async (): Promise<number> => (await db.raw(sql, bindings)).rowCount, writeFailure),
  }
}
