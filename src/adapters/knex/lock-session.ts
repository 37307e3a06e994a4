import { createHash } from 'node:crypto'
import pg from 'pg'
import type { PgConnection } from './create-knex.ts'

/** Any number, as long as no other program on this database takes it: the first half of the key of each lock. */
export const lockClass = 727_002

/** The second half of its key. Two names that share one exclude each other, which costs a wait and no more. */
const lockKey = (name: string): number => createHash('sha256').update(name).digest().readInt32BE()

/** Milliseconds. */
export type LockLimits = {
  /** Between two checks that the connection still answers. */
  readonly beat: number
  /** For one answer of the database. */
  readonly answer: number
}

/** A connection whose advisory locks PostgreSQL releases when it ends. */
export type LockSession = {
  readonly tryLock: (name: string) => Promise<boolean>
  readonly unlock: (name: string) => Promise<void>
  /** Aborted when the connection broke, or does not answer: its locks are gone, or soon will be. */
  readonly lost: AbortSignal
  readonly end: () => void
}

// PostgreSQL drops a connection whose other end has vanished after a minute, long after this end has noticed. With
// its own default of two hours the locks of a machine that lost power would be held for as long.
const dropVanished = `
  set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3`

export const openLockSession = async (
  place: PgConnection,
  { beat, answer }: LockLimits,
): Promise<LockSession> => {
  const client = new pg.Client({
    ...place,
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
    // Also of a connection that does not answer: its socket is destroyed then.
    client.end(() => undefined)
  }
  client.on('error', lose)
  client.once('end', lose)
  let queue: Promise<unknown> = Promise.resolve()
  /**
   * One statement after the other: pg sends a second one no sooner, and warns of it. Only the database itself can say
   * that a statement failed. Without its answer the session may hold a lock of which this end does not know, so that
   * the session is ended.
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
    await client.query(dropVanished)
  } catch (error) {
    lose()
    throw error
  }
  const ask = async (question: string, name: string): Promise<boolean> => {
    const { rows } = await query(`select ${question}($1, $2) as yes`, [lockClass, lockKey(name)])
    return rows[0]?.yes === true
  }
  return {
    tryLock: (name) => ask('pg_try_advisory_lock', name),
    // After an unlock that failed it is open whether the lock is still held; ending the session decides it.
    unlock: async (name) => {
      if (!(await ask('pg_advisory_unlock', name).catch(() => false))) lose()
    },
    lost: losing.signal,
    end: lose,
  }
}
