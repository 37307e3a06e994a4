import { createHash } from 'node:crypto'
import type { PgConnection } from './create-knex.ts'
import { openOwnConnection } from './own-connection.ts'

/**
 * First half of the keys of all advisory locks: an arbitrary number that no other program uses in this
 * database.
 */
export const advisoryLockClass = 727_002

/**
 * First half of the keys that say since when locks are held. Each lock comes with a shared one of this class, because
 * PostgreSQL records no such time, and a session that always has some lock is far older than each of them.
 */
export const lockTimeClass = 727_003

/** A time is a number of hundredths of a second, modulo this, so that it fits into the second half of a key. */
export const lockTimes = 2 ** 31

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
  /** Returns what unlocks the lock; `null` if another session has it. */
  readonly tryLock: (name: string) => Promise<(() => Promise<void>) | null>
  /** Asks the session that has the lock to release it. */
  readonly ask: (name: string) => Promise<void>
  /**
   * Is aborted when the connection is broken or does not answer. By then PostgreSQL has released the locks of
   * the connection, or will do so soon.
   */
  readonly lost: AbortSignal
  readonly close: () => Promise<void>
}

const acquire = `
  select case when pg_try_advisory_lock($1, $2) then
           case when pg_try_advisory_lock_shared($3, now.time) then now.time end
         end as time
  from (
    select cast(mod(floor(extract(epoch from clock_timestamp()) * 100), ${lockTimes}) as integer) as time offset 0
  ) now`

const unlockBoth = 'select pg_advisory_unlock($1, $2) and pg_advisory_unlock_shared($3, $4) as result'

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
    onNotification: ({ payload }) => onAsked(payload ?? ''),
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

  return {
    tryLock: async (name) => {
      const key = [advisoryLockClass, lockKey(name), lockTimeClass]
      const { rows } = await query(acquire, key)
      const time = rows[0]?.time
      if (typeof time !== 'number') return null
      return async () => {
        const isUnlocked = await query(unlockBoth, [...key, time]).then(
          (reply) => reply.rows[0]?.result === true,
          () => false,
        )
        // The lock may still be locked. The end of the session releases it.
        if (!isUnlocked) await close()
      }
    },
    ask: async (name) => {
      await query('select pg_notify($1, $2)', [askedChannel, name])
    },
    lost,
    close,
  }
}
