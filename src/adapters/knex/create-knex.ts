import knex, { type Knex } from 'knex'
import { types } from 'pg'
import { type BreakerEvents, createBreaker } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { BoundedClient, type BoundedClientConfig } from './bounded-client.ts'
import { type DatabaseLimits, defaultDatabaseLimits } from './database-limits.ts'

/** A `postgres://…` URL, or its parts. A `host` that starts with `/` is the folder of a socket. */
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
 * Creates a pool of at most `poolMax` connections, or as many as the database grants. `connection` is called
 * before the first query, and after each failure to connect: the database may be down at first, and may move.
 * A query then fails within seconds; the pool replaces broken connections at the next query.
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
    version: '18', // otherwise knex queries it without a limit; it matters to knex only before 9.2
    connection: async () => {
      const address = await connection()
      isOutdated = false
      const settings = connectionSettings(limits)
      return { ...address, ...settings, expirationChecker: () => isOutdated }
    },
    // With a minimum, knex would reconnect to a database that is down. A failed connection fails all waiting
    // callers (below), not only the first.
    pool: { min: 0, max: poolMax, propagateCreateError: false, createTimeoutMillis: limits.connect * 2 },
    acquireConnectionTimeout: limits.acquire,
    log: { warn: () => {}, error: () => {} }, // each caller gets its own error
    bounds,
  }
  const db = knex(config)
  const { pool } = db.client
  pool.on('createFail', (_: number, cause: unknown) => {
    isOutdated = true
    // A database may grant fewer than `poolMax`: callers wait while a connection is in use or being created.
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
    // The default for int8 is a string. Sizes and ids stay far below 2^53.
    getTypeParser: (oid: number, format: string) =>
      oid === int8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  },
})
