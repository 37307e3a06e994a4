/// <reference path="./postgres-dialect.d.ts" />

import type { Knex } from 'knex'
import PostgresClient, { type QueryObject } from 'knex/lib/dialects/postgres/index.js'
import pg from 'pg'
import { NoAnswer } from '../../domain/shared/no-answer.ts'
import { type Breaker, circuitOpen } from '../platform/breaker.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { type DatabaseLimits, isStatementLimit, type StatementLimit } from './database-limits.ts'

/** The limits and the state of one pool. */
export type Bounds = {
  readonly limits: DatabaseLimits
  readonly breaker: Breaker
  /** Each fails one caller who waits for a connection. */
  readonly waiting: Set<(cause: unknown) => void>
  /** Connections that stand. */
  readonly connections: Set<pg.Client>
  /** When a statement was last waited for in vain: a connection that has not answered since is suspect. */
  silentAt: number
}

export type BoundedConfig = Knex.Config & { readonly bounds: Bounds }

/** Nothing was sent: there was no connection to send it by. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

const answeredAt = new WeakMap<pg.Client, number>()
const ownLimit = new WeakMap<pg.Client, StatementLimit>()

/** knex takes options of any shape: an unknown name would be a statement that fails at once, or never. */
const statementLimit = (name: string | undefined): StatementLimit | undefined => {
  if (name === undefined || isStatementLimit(name)) return name
  throw new Error(`"${name}" is no limit of a statement`)
}

/**
 * knex's client for PostgreSQL, in which nothing waits for ever. All that knex does passes here: statements,
 * transactions, migrations. A connection whose answer did not come is cut off and never used again.
 */
export class BoundedClient extends PostgresClient {
  // knex makes the client of a transaction without its constructor, and hands on its config: state can only be there.
  private get bounds(): Bounds {
    return (this.config as BoundedConfig).bounds
  }

  /** Waits for a new connection or for one of the pool's own, as long as any of these is in use. */
  override async acquireConnection(): Promise<pg.Client> {
    const { breaker, waiting } = this.bounds
    if (!breaker.tryEnter()) throw new NotConnected(circuitOpen())
    if (this.pool === undefined || !('numUsed' in this.pool)) throw new NotConnected('the pool is closed')
    const pending = this.pool.acquire()
    const { promise: failed, reject } = withReject()
    waiting.add(reject)
    try {
      return await Promise.race([pending.promise, failed])
    } catch (cause) {
      // The caller is told why none came; one that comes late goes back to the pool, or was never made.
      pending.promise.then((late) => this.releaseConnection(late)).catch(() => undefined)
      pending.abort()
      throw new NotConnected(isPoolTimeout(cause) ? this.noneFree() : cause)
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
    const limit = statementLimit(query.options?.limit) ?? ownLimit.get(connection) ?? 'statement'
    const ms = limits[limit]
    let noAnswer: NoAnswer | undefined
    const timer = setTimeout(() => {
      noAnswer = new NoAnswer(`no answer within ${ms} ms`)
      if (limit !== 'background') this.timedOut(noAnswer)
      cutOff(connection)
    }, ms)
    try {
      const done = await super._query(connection, query)
      answeredAt.set(connection, systemMonotonic())
      breaker.answered()
      return done
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

  /** A peer that is silent does not close its side: it is not waited for. */
  override async destroyRawConnection(connection: pg.Client): Promise<void> {
    const timer = setTimeout(() => cutOff(connection), this.bounds.limits.close)
    await super.destroyRawConnection(connection).finally(() => clearTimeout(timer))
  }

  /** Gives statements under way a moment, then cuts them off. */
  override async destroy(): Promise<void> {
    const { limits, connections, waiting } = this.bounds
    for (const fail of waiting) fail(new Error('the pool is closed'))
    const timer = setTimeout(() => {
      for (const connection of connections) cutOff(connection)
    }, limits.close)
    await super.destroy().finally(() => clearTimeout(timer))
  }

  private noneFree(): Error {
    const used = this.pool !== undefined && 'numUsed' in this.pool ? this.pool.numUsed() : 0
    const ms = this.bounds.limits.acquire
    return new Error(
      used === 0
        ? `no connection was made within ${ms} ms`
        : `all connections (${used}) are in use, and none came free within ${ms} ms`,
    )
  }

  private timedOut(cause: unknown): void {
    const { breaker, waiting } = this.bounds
    this.bounds.silentAt = systemMonotonic()
    breaker.timedOut(cause)
    for (const fail of waiting) fail(cause)
  }
}

/** Statements of this transaction have another limit than the usual one. */
export const limitTransaction = async (trx: Knex.Transaction, limit: StatementLimit): Promise<() => void> => {
  const connection = await trx.client.acquireConnection() // the one that the transaction has
  ownLimit.set(connection, limit)
  return () => ownLimit.delete(connection)
}

/** The pool's own words do not say what was waited for. */
const isPoolTimeout = (cause: unknown): boolean =>
  cause instanceof Error && cause.message === 'operation timed out for an unknown reason'

/** knex puts the statement in front of the message: a log and a terminal show the first line alone, which would be SQL. */
const withOwnMessage = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { message } = error
  return Object.defineProperty(error, 'message', { get: () => message, set: () => {}, configurable: true })
}

/** pg has no way to leave a connection without a word to its peer: its socket is not part of its types. */
type WithSocket = { readonly connection: { readonly stream: { readonly destroy: () => void } } }

const cutOff = (connection: pg.Client): void => {
  ;(connection as unknown as WithSocket).connection.stream.destroy()
}

const withReject = () => {
  let reject: (cause: unknown) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  return { promise, reject }
}
