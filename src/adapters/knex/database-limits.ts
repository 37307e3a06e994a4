/** Timeouts of the database, in milliseconds. */
export type DatabaseLimits = {
  /** Maximum time to open a connection, including TCP, TLS and authentication. */
  readonly connect: number
  /** Maximum wait for a connection of the pool, new or reused. */
  readonly acquire: number
  /** Maximum time of a statement that a viewer waits for. */
  readonly read: number
  /**
   * Maximum time of a query of background work. A timeout of such a query does not open the breaker, so it
   * does not affect viewers.
   */
  readonly background: number
  /**
   * Maximum time of any other statement. This limit is longer than the server's own limit, so that the server
   * reports the timeout and the connection can be reused.
   */
  readonly statement: number
  /** Maximum time of a statement of a migration, which may rewrite a large table. */
  readonly migration: number
  /**
   * Maximum wait for connections to be returned when the pool is closed. After this time the connections are
   * destroyed.
   */
  readonly close: number
  /** After a timeout, no statement is sent to the database for this long (circuit breaker). */
  readonly breaker: number
}

/**
 * `acquire` plus `read` is less than five seconds, because a viewer must get a 503 within that time
 * (http-api.md §9.3).
 */
export const defaultDatabaseLimits: DatabaseLimits = {
  connect: 2000,
  acquire: 2000,
  read: 2500,
  background: 12_000,
  statement: 12_000,
  migration: 900_000,
  close: 1000,
  breaker: 1000,
}

/**
 * Timeouts of the connection by which a follower reads revocations. One that fell silent is noticed as soon as that of
 * the bus, because no revocation is heard meanwhile. A page of 10,000 revocations takes a tenth of the time.
 */
export const followerDatabaseLimits: DatabaseLimits = { ...defaultDatabaseLimits, background: 2000 }

const statementLimits = ['read', 'background', 'statement', 'migration'] as const

/** Name of a limit that a statement can have. */
export type StatementLimit = (typeof statementLimits)[number]

export const isStatementLimit = (name: string): name is StatementLimit =>
  (statementLimits as ReadonlyArray<string>).includes(name)

/** Returns the options that set this limit for a knex statement. */
export const statementOptions = (limit: StatementLimit) => ({ limit })
