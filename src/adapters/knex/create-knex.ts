import knex, { type Knex } from 'knex'
import { types } from 'pg'

/** Where the database is: a `postgres://…` URL, or its parts. A `host` that starts with `/` is a socket's folder. */
export type PgConnection =
  | { readonly connectionString: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly database: string
      readonly password?: string
    }

const int8 = 20

/**
 * A pool of at most `poolMax` connections. `connection` is asked when the first query comes, and again
 * whenever no connection could be made: a server may start while its database is down, and the database may
 * move. A query then fails within seconds; the pool replaces what broke when the next one comes.
 */
export const createKnex = (connection: () => Promise<PgConnection>, poolMax: number): Knex => {
  let outdated = false
  const db = knex({
    client: 'pg',
    connection: async () => {
      const place = await connection()
      outdated = false
      return { ...place, ...connectionSettings, expirationChecker: () => outdated }
    },
    pool: { min: 0, max: poolMax }, // with a minimum, knex would keep connecting to a database that is down
    acquireConnectionTimeout: 4000,
    log: { warn: () => {}, error: () => {} }, // each failure is told to the one who asked
  })
  db.client.pool.on('createFail', () => {
    outdated = true
  })
  return db
}

const connectionSettings = {
  application_name: 'larder',
  connectionTimeoutMillis: 2000,
  keepAlive: true,
  statement_timeout: 10_000,
  types: {
    // By default an int8 is read as a string. Sizes and ids stay far below 2^53.
    getTypeParser: (oid: number, format: string) =>
      oid === int8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  },
}
