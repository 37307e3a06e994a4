import knex, { type Knex } from 'knex'
import { types } from 'pg'
import { type BreakerEvents, createBreaker } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { BoundedClient, type BoundedConfig } from './bounded-client.ts'
import { type DatabaseLimits, usualDatabaseLimits } from './database-limits.ts'

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

export type KnexOptions = BreakerEvents & { readonly limits?: DatabaseLimits }

const int8 = 20

/**
 * A pool of at most `poolMax` connections, or of as many as the database grants. `connection` is asked when the first
 * query comes, and again whenever no connection could be made: a server may start while its database is down, and the
 * database may move. A query then fails within seconds; the pool replaces what broke when the next one comes.
 */
export const createKnex = (
  connection: () => Promise<PgConnection>,
  poolMax: number,
  { limits = usualDatabaseLimits, ...events }: KnexOptions = {},
): Knex => {
  let outdated = false
  const breaker = createBreaker({ openMs: limits.breaker, monotonic: systemMonotonic, ...events })
  const bounds = {
    limits,
    breaker,
    waiting: new Set<(cause: unknown) => void>(),
    connections: new Set<never>(),
    silentAt: 0,
  }
  const config: BoundedConfig = {
    client: BoundedClient,
    version: '18', // knex would ask for it on a new connection, without a limit; it matters to knex before 9.2 alone
    connection: async () => {
      const place = await connection()
      outdated = false
      const settings = connectionSettings(limits)
      return { ...place, ...settings, expirationChecker: () => outdated }
    },
    // With a minimum, knex would keep connecting to a database that is down. A connection that could not be made fails
    // those who wait below, and not the first of them.
    pool: { min: 0, max: poolMax, propagateCreateError: false, createTimeoutMillis: limits.connect * 2 },
    acquireConnectionTimeout: limits.acquire,
    log: { warn: () => {}, error: () => {} }, // each failure is told to the one who asked
    bounds,
  }
  const db = knex(config)
  const { pool } = db.client
  pool.on('createFail', (_: number, cause: unknown) => {
    outdated = true
    // A database may grant fewer connections than `poolMax`: as long as one is in use, or being made, it is waited for.
    if (pool.numUsed() + pool.numPendingCreates() === 0) for (const fail of bounds.waiting) fail(cause)
  })
  return db
}

const connectionSettings = (limits: DatabaseLimits) => ({
  application_name: 'larder',
  connectionTimeoutMillis: limits.connect,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  statement_timeout: 10_000,
  types: {
    // By default an int8 is read as a string. Sizes and ids stay far below 2^53.
    getTypeParser: (oid: number, format: string) =>
      oid === int8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  },
})
