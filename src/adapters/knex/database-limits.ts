/** Timeouts of the database (milliseconds). */
export type DatabaseLimits = {
  /** For a new connection: TCP, TLS and authentication. */
  readonly connect: number
  /** For a connection from the pool, new or reused. */
  readonly acquire: number
  /** For a statement that a viewer waits for. */
  readonly read: number
  /** For a query of background work. A slow one does not affect viewers. */
  readonly background: number
  /** For any other. Longer than the server's limit: then the server reports it, and the connection stays. */
  readonly statement: number
  /** For a statement of a migration, which may rewrite a large table. */
  readonly migration: number
  /** For connections to be returned when the pool is closed; then they are destroyed. */
  readonly close: number
  /** After a timeout, the database is not queried for this long. */
  readonly breaker: number
}

/** `acquire` plus `read` gives viewers a 503 within five seconds (http-api.md §9.3). */
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

const statementLimits = ['read', 'background', 'statement', 'migration'] as const

/** A limit that a statement can have. */
export type StatementLimit = (typeof statementLimits)[number]

export const isStatementLimit = (name: string): name is StatementLimit =>
  (statementLimits as ReadonlyArray<string>).includes(name)

/** Options of a knex statement with this limit. */
export const statementOptions = (limit: StatementLimit) => ({ limit })
