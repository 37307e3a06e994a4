import knex, { type Knex } from 'knex'
import { types } from 'pg'
import { type BreakerEvents, createBreaker } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { BoundedClient, type BoundedClientConfig } from './bounded-client.ts'
import { type DatabaseLimits, defaultDatabaseLimits } from './database-limits.ts'

/**
 * A `postgres://…` URL, or the parts of one. A `host` that starts with `/` is the folder of a Unix socket.
 */
export type PgConnection =
  | { readonly connectionString: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly database: string
      readonly password?: string
    }

type KnexOptions = BreakerEvents & { readonly limits?: DatabaseLimits }

const int8 = 20

/**
 * Creates a pool of at most `poolMax` connections; the database may grant fewer. Before the first query and
 * after each failure to connect, the pool calls `connection` to get the address, because the database may be
 * down at first, and its address may change. A query fails within seconds while the database is down. The
 * next query replaces broken connections.
 */
export const createKnex = (
  connection: () => Promise<PgConnection>,
  poolMax: number,
  { limits = defaultDatabaseLimits, ...events }: KnexOptions = {},
): Knex => {
  let isOutdated = false
  const breaker = createBreaker({ openMs: limits.breaker, monotonic: systemMonotonic, ...events })
  const bounds = {
    limits,
    breaker,
    waiting: new Set<(cause: unknown) => void>(),
    connections: new Set<never>(),
    silentAt: 0,
  }
  const config: BoundedClientConfig = {
    client: BoundedClient,
    version: '18', // otherwise knex would query the version without a timeout; only versions below 9.2 matter to knex
    connection: async () => {
      const address = await connection()
      isOutdated = false
      const settings = connectionSettings(limits)
      return { ...address, ...settings, expirationChecker: () => isOutdated }
    },
    // With a minimum above 0, knex would reconnect to a database that is down. By default, a failed attempt
    // to connect fails only the first waiting caller. Here the event `createFail` (below) fails all of them.
    pool: { min: 0, max: poolMax, propagateCreateError: false, createTimeoutMillis: limits.connect * 2 },
    acquireConnectionTimeout: limits.acquire,
    log: { warn: () => {}, error: () => {} }, // knex logs nothing, because every caller gets its error
    bounds,
  }
  const db = knex(config)
  const { pool } = db.client
  pool.on('createFail', (_: number, cause: unknown) => {
    isOutdated = true
    // The database may grant fewer than `poolMax` connections. Callers keep waiting while a connection is in
    // use or is being created.
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
    // By default int8 becomes a string. A number is exact here, because sizes and ids stay far below 2^53.
    getTypeParser: (oid: number, format: string) =>
      oid === int8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  },
})
