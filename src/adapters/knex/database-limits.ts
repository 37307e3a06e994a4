/** How long the database is waited for. Milliseconds. */
export type DatabaseLimits = {
  /** For a new connection: TCP, TLS and sign-in. */
  readonly connect: number
  /** For a connection of the pool, be it a new one or one that others use now. */
  readonly acquire: number
  /** For a statement that a viewer waits for. */
  readonly read: number
  /** For a question that the background asks. That one is slow says nothing to viewers. */
  readonly background: number
  /** For any other. Longer than the server's own limit: the server says what was wrong, and keeps its connection. */
  readonly statement: number
  /** For a statement of a migration, which may rewrite a large table. */
  readonly migration: number
  /** For connections in use to come back when the pool is closed; then they are cut off. */
  readonly close: number
  /** For so long it is not asked again after it was waited for in vain. */
  readonly breaker: number
}

/** `acquire` and `read` together leave a viewer with a 503 within five seconds (http-api.md §9.3). */
export const usualDatabaseLimits: DatabaseLimits = {
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

/** A limit by which a statement can be bounded. */
export type StatementLimit = (typeof statementLimits)[number]

export const isStatementLimit = (name: string): name is StatementLimit =>
  (statementLimits as ReadonlyArray<string>).includes(name)

/** The options of a knex statement that is to have this limit. */
export const limitedBy = (limit: StatementLimit) => ({ limit })
