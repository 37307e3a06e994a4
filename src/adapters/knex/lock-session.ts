import { createHash } from 'node:crypto'
import pg from 'pg'
import type { PgConnection } from './create-knex.ts'

/** First half of all lock keys: an arbitrary number that no other program uses in this database. */
export const advisoryLockClass = 727_002

/** Second half of a lock key. If two names collide, one only waits for the other. */
const lockKey = (name: string): number => createHash('sha256').update(name).digest().readInt32BE()

/** Milliseconds. */
export type LockLimits = {
  /** Between two checks of the connection. */
  readonly beat: number
  /** Timeout of one answer. */
  readonly answer: number
}

/** A connection with advisory locks. PostgreSQL releases them when the connection ends. */
export type LockSession = {
  readonly tryLock: (name: string) => Promise<boolean>
  readonly unlock: (name: string) => Promise<void>
  /** Aborted when the connection broke or does not answer: its locks are, or soon will be, released. */
  readonly lost: AbortSignal
  readonly end: () => void
}

// PostgreSQL drops a connection a minute after its client has vanished; the client notices much sooner. With
// the default of two hours, the locks of a machine that lost power would be held for that long.
const setKeepalives = `
  set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3`

export const openLockSession = async (
  address: PgConnection,
  { beat, answer }: LockLimits,
): Promise<LockSession> => {
  const client = new pg.Client({
    ...address,
    application_name: 'larder locks',
    connectionTimeoutMillis: answer,
    query_timeout: answer,
    keepAlive: true,
  })
  const losing = new AbortController()
  const lose = (): void => {
    if (losing.signal.aborted) return
    clearInterval(beats)
    losing.abort()
    // For a connection that does not answer, this destroys the socket.
    client.end(() => undefined)
  }
  client.on('error', lose)
  client.once('end', lose)
  let queue: Promise<unknown> = Promise.resolve()
  /**
   * Runs statements one after the other: pg would queue a second one anyway, with a warning. Only an error
   * from the database proves that a statement failed. Without an answer the session may hold an unknown lock,
   * so it is ended.
   */
  const query = (sql: string, values: ReadonlyArray<unknown> = []): Promise<pg.QueryResult> => {
    const answered = queue
      .then(() => client.query(sql, [...values]))
      .catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) lose()
        throw error
      })
    queue = answered.catch(() => undefined)
    return answered
  }
  const beats = setInterval(() => {
    query('select 1').catch(lose)
  }, beat)
  beats.unref()

  try {
    await client.connect()
    await client.query(setKeepalives)
  } catch (error) {
    lose()
    throw error
  }
  const callLockFunction = async (lockFunction: string, name: string): Promise<boolean> => {
    const { rows } = await query(`select ${lockFunction}($1, $2) as result`, [
      advisoryLockClass,
      lockKey(name),
    ])
    return rows[0]?.result === true
  }
  return {
    tryLock: (name) => callLockFunction('pg_try_advisory_lock', name),
    // After a failed unlock the lock may still be held; ending the session releases it.
    unlock: async (name) => {
      if (!(await callLockFunction('pg_advisory_unlock', name).catch(() => false))) lose()
    },
    lost: losing.signal,
    end: lose,
  }
}
