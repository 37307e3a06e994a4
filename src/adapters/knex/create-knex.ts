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
 * A pool of at most `poolMax` connections. `connection` is asked when the first query comes, and again after it
 * has failed or what it said `isOver`, so that a server may start while its database is down. A query then fails
 * within seconds; the pool replaces what broke when the next one comes.
 */
export const createKnex = (
  connection: () => Promise<PgConnection>,
  poolMax: number,
  isOver: () => boolean = () => false,
): Knex =>
  knex({
    client: 'pg',
    connection: async () => ({ ...(await connection()), ...connectionSettings, expirationChecker: isOver }),
    pool: { min: 0, max: poolMax }, // with a minimum, knex would keep connecting to a database that is down
    acquireConnectionTimeout: 4000,
    log: { warn: () => {}, error: () => {} }, // each failure is told to the one who asked
  })

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
