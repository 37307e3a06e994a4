import { createHash } from 'node:crypto'
import type { PgConnection } from './create-knex.ts'
import { openOwnConnection } from './own-connection.ts'

/**
 * First half of the keys of all advisory locks: an arbitrary number that no other program uses in this
 * database.
 */
export const advisoryLockClass = 727_002

/** The channel on which sessions ask for the locks of others. */
const askedChannel = 'larder_locks_asked'

/**
 * Returns the second half of a lock key. If two names have the same key, a caller merely waits for the lock
 * of the other name.
 */
const lockKey = (name: string): number => createHash('sha256').update(name).digest().readInt32BE()

/** Limits in milliseconds. */
export type LockLimits = {
  /** Interval between two checks of the connection. */
  readonly beat: number
  /** Maximum wait for the reply to a statement. */
  readonly answer: number
}

/**
 * A connection to PostgreSQL to which advisory locks belong. PostgreSQL releases them when the connection
 * ends.
 */
export type LockSession = {
  readonly tryLock: (name: string) => Promise<boolean>
  readonly unlock: (name: string) => Promise<void>
  /** Asks the session that has the lock to release it. */
  readonly ask: (name: string) => Promise<void>
  /**
   * Is aborted when the connection is broken or does not answer. By then PostgreSQL has released the locks of
   * the connection, or will do so soon.
   */
  readonly lost: AbortSignal
  readonly close: () => Promise<void>
}

// With these settings, PostgreSQL ends the connection of a vanished client after a minute. With the default
// of two hours, the locks of a machine that lost power would stay locked for that long. The client notices a
// broken connection much sooner.
const setup = `
  listen ${askedChannel};
  set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3`

/** Opens a session. `onAsked` is called with the name of a lock that another session asks for. */
export const openLockSession = async (
  address: PgConnection,
  { beat, answer }: LockLimits,
  onAsked: (name: string) => void = () => undefined,
): Promise<LockSession> => {
  const { query, lost, close } = await openOwnConnection(address, {
    name: 'larder locks',
    answerMs: answer,
    setup,
    onNotification: onAsked,
  })
  let isBeating = false
  const beats = setInterval(() => {
    if (isBeating) return
    isBeating = true
    query('select 1').then(
      () => {
        isBeating = false
      },
      () => close(),
    )
  }, beat)
  beats.unref()
  lost.addEventListener('abort', () => clearInterval(beats))

  const callLockFunction = async (lockFunction: string, name: string): Promise<boolean> => {
    const { rows } = await query(`select ${lockFunction}($1, $2) as result`, [
      advisoryLockClass,
      lockKey(name),
    ])
    return rows[0]?.result === true
  }
  return {
    tryLock: (name) => callLockFunction('pg_try_advisory_lock', name),
    // If an unlock fails, the lock may still be locked. So the session is ended, which releases the lock.
    unlock: async (name) => {
      if (!(await callLockFunction('pg_advisory_unlock', name).catch(() => false))) await close()
    },
    ask: async (name) => {
      await query('select pg_notify($1, $2)', [askedChannel, name])
    },
    lost,
    close,
  }
}
