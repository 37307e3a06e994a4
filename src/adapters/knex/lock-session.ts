import { createHash } from 'node:crypto'
import pg from 'pg'
import type { PgConnection } from './create-knex.ts'

/** First half of all lock keys: an arbitrary number that no other program uses in this database. */
export const advisoryLockClass = 727_002

/** Returns the second half of a lock key. If two names have the same key, one merely waits for the other. */
const lockKey = (name: string): number => createHash('sha256').update(name).digest().readInt32BE()

/** Limits in milliseconds. */
export type LockLimits = {
  /** Interval between two checks of the connection. */
  readonly beat: number
  /** Maximum wait for the reply to a statement. */
  readonly answer: number
}

/** A connection that holds advisory locks. PostgreSQL releases them when the connection ends. */
export type LockSession = {
  readonly tryLock: (name: string) => Promise<boolean>
  readonly unlock: (name: string) => Promise<void>
  /**
   * Is aborted when the connection is broken or does not answer. Its locks have been released, or will be
   * soon.
   */
  readonly lost: AbortSignal
  readonly end: () => void
}

// With these settings, PostgreSQL ends the connection of a vanished client after a minute. With the default
// of two hours, the locks of a machine that lost power would be held for that long. The client notices a
// broken connection much sooner.
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
    // This destroys the socket of a connection that does not answer.
    client.end(() => undefined)
  }
  client.on('error', lose)
  client.once('end', lose)
  let queue: Promise<unknown> = Promise.resolve()
  /**
   * Runs statements one at a time, because pg warns if a second one is queued. Only an error from the
   * database proves that a statement failed. Without a reply the session may hold an unknown lock, so it is
   * ended.
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
    // After a failed unlock the lock may still be held. The end of the session releases it.
    unlock: async (name) => {
      if (!(await callLockFunction('pg_advisory_unlock', name).catch(() => false))) lose()
    },
    lost: losing.signal,
    end: lose,
  }
}
