/// <reference path="./postgres-dialect.d.ts" />

import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import PostgresClient, { type QueryObject } from 'knex/lib/dialects/postgres/index.js'
import pg from 'pg'
import { errorMessage } from '../../domain/shared/error-text.ts'
import { TimeoutError } from '../../domain/shared/timeout-error.ts'
import { type Breaker, circuitOpenError } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { type DatabaseLimits, isStatementLimit, type StatementLimit } from './database-limits.ts'
import { destroySocket } from './own-connection.ts'

/** The limits and the state of one pool of connections. */
type PoolState = {
  readonly limits: DatabaseLimits
  readonly breaker: Breaker
  /** The callers that wait for a connection. Each function in the set makes the wait of one caller fail. */
  readonly waiting: Set<(cause: unknown) => void>
  /** The open connections. */
  readonly connections: Set<pg.Client>
  /**
   * Time of the last timeout (systemMonotonic). A connection that has not answered since then is not reused.
   */
  silentAt: number
}

export type BoundedClientConfig = Knex.Config & { readonly bounds: PoolState }

/** Signals that there was no connection, so no statement was sent. */
export class NotConnectedError extends Error {
  constructor(cause: unknown) {
    super(errorMessage(cause), { cause })
  }
}

const answeredAt = new WeakMap<pg.Client, number>()
const limitOf = new WeakMap<pg.Client, StatementLimit>()

/**
 * Returns the limit of this name. Throws for any other name, because knex accepts any options, and a
 * statement with an unknown limit would time out at once or never.
 */
const statementLimit = (name: string | undefined): StatementLimit | undefined => {
  if (name === undefined || isStatementLimit(name)) return name
  throw new Error(`"${name}" is no limit of a statement`)
}

/**
 * knex's client for PostgreSQL, with a timeout for every wait. All statements, transactions and migrations of
 * knex use it. A connection that timed out is destroyed and never reused.
 */
export class BoundedClient extends PostgresClient {
  // knex creates the client of a transaction without the constructor. But knex copies the config, so this
  // state is stored there.
  private get bounds(): PoolState {
    return (this.config as BoundedClientConfig).bounds
  }

  /**
   * Waits for a new connection or, while others are in use, for one that is returned to the pool. Fails with
   * NotConnectedError.
   */
  override async acquireConnection(): Promise<pg.Client> {
    const { breaker, waiting } = this.bounds
    if (!breaker.tryEnter()) throw new NotConnectedError(circuitOpenError())
    if (this.pool === undefined || !('numUsed' in this.pool))
      throw new NotConnectedError('the pool is closed')
    const pending = this.pool.acquire()
    const { promise: failed, reject } = withReject()
    waiting.add(reject)
    try {
      return await Promise.race([pending.promise, failed])
    } catch (cause) {
      // If the connection is acquired after the caller has timed out, it is returned to the pool.
      pending.promise.then((late) => this.releaseConnection(late)).catch(() => undefined)
      pending.abort()
      throw new NotConnectedError(isPoolTimeout(cause) ? this.poolExhausted() : cause)
    } finally {
      waiting.delete(reject)
    }
  }

  override async acquireRawConnection(): Promise<pg.Client> {
    const { connections, limits } = this.bounds
    const started = systemMonotonic()
    try {
      const connection = await super.acquireRawConnection()
      answeredAt.set(connection, systemMonotonic())
      connections.add(connection)
      connection.once('end', () => connections.delete(connection))
      return connection
    } catch (cause) {
      if (systemMonotonic() - started >= limits.connect * 0.9) this.timedOut(cause)
      throw cause
    }
  }

  override async _query(connection: pg.Client, query: QueryObject): Promise<QueryObject> {
    const { limits, breaker } = this.bounds
    const limit = statementLimit(query.options?.limit) ?? limitOf.get(connection) ?? 'statement'
    const ms = limits[limit]
    let noAnswer: TimeoutError | undefined
    const timer = setTimeout(() => {
      noAnswer = new TimeoutError(`no answer within ${ms} ms`)
      if (limit !== 'background') this.timedOut(noAnswer)
      destroySocket(connection)
    }, ms)
    try {
      const result = await super._query(connection, query)
      answeredAt.set(connection, systemMonotonic())
      breaker.answered()
      return result
    } catch (error) {
      if (error instanceof pg.DatabaseError) breaker.answered()
      throw withOwnMessage(noAnswer ?? error)
    } finally {
      clearTimeout(timer)
    }
  }

  override validateConnection(connection: pg.Client): Promise<boolean> {
    return Promise.resolve((answeredAt.get(connection) ?? 0) >= this.bounds.silentAt)
  }

  /** Limits the wait for the peer to close its side, because an unresponsive peer never does. */
  override async destroyRawConnection(connection: pg.Client): Promise<void> {
    const timer = setTimeout(() => destroySocket(connection), this.bounds.limits.close)
    await super.destroyRawConnection(connection).finally(() => clearTimeout(timer))
  }

  /**
   * Waits up to `limits.close` for running statements, and for connections to end or to open. Then destroys all that are
   * open; one that is being opened is given up by its own limit.
   */
  override async destroy(): Promise<void> {
    const { limits, connections, waiting } = this.bounds
    for (const fail of waiting) fail(new Error('the pool is closed'))
    const late = sleep(limits.close, 'late' as const, { ref: false })
    if ((await Promise.race([super.destroy(), late])) === 'late')
      for (const connection of connections) destroySocket(connection)
  }

  private poolExhausted(): Error {
    const used = this.pool !== undefined && 'numUsed' in this.pool ? this.pool.numUsed() : 0
    const ms = this.bounds.limits.acquire
    return new Error(
      used === 0
        ? `no connection was made within ${ms} ms`
        : `all connections (${used}) are in use, and none became free within ${ms} ms`,
    )
  }

  private timedOut(cause: unknown): void {
    const { breaker, waiting } = this.bounds
    this.bounds.silentAt = systemMonotonic()
    breaker.timedOut(cause)
    for (const fail of waiting) fail(cause)
  }
}

/** Sets the limit of all statements of a transaction. Returns a function that removes this limit. */
export const limitTransaction = async (trx: Knex.Transaction, limit: StatementLimit): Promise<() => void> => {
  const connection = await trx.client.acquireConnection() // the transaction's own connection
  limitOf.set(connection, limit)
  return () => limitOf.delete(connection)
}

/**
 * Returns whether an error is the pool's timeout. The pool's own message does not tell for which operation
 * the time was over.
 */
const isPoolTimeout = (cause: unknown): boolean =>
  cause instanceof Error && cause.message === 'operation timed out for an unknown reason'

/**
 * Restores the original message of an error. knex puts the SQL before the message, and a log shows only the
 * first line.
 */
const withOwnMessage = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { message } = error
  return Object.defineProperty(error, 'message', { get: () => message, set: () => {}, configurable: true })
}

const withReject = () => {
  let reject: (cause: unknown) => void = () => undefined
  const promise = new Promise<never>((_, rejectPromise) => {
    reject = rejectPromise
  })
  return { promise, reject }
}
