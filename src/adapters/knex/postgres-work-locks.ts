import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { PgConnection } from './create-knex.ts'
import {
  advisoryLockClass,
  type LockLimits,
  type LockSession,
  lockTimeClass,
  lockTimes,
  openLockSession,
} from './lock-session.ts'
import { createStatements } from './statements.ts'

const defaultLimits: LockLimits = { beat: 10_000, answer: 5_000 }

/** All times of locks, in milliseconds: an age is one modulo this, 248 days. */
const lockTimesMs = lockTimes * 10

// Selects the age of the oldest lock. A process of an older version of Larder records no times: its locks are as old as
// its connection. The role of the database sees only when connections of its own began, so that the age of such a lock
// of another role is unknown, and counts as infinite.
const selectOldestHolder = `
  with held as (
    select pid, classid, objid from pg_locks
    where locktype = 'advisory' and granted and classid in (${advisoryLockClass}, ${lockTimeClass})
      and database = (select oid from pg_database where datname = current_database())
  ), timed as (
    select cast(mod(
             extract(epoch from clock_timestamp()) * 1000 - cast(objid as bigint) * 10
               + ${lockTimesMs}, ${lockTimesMs}
           ) as double precision) as age
    from held where classid = ${lockTimeClass}
  ), untimed as (
    select coalesce(
             cast(extract(epoch from clock_timestamp() - a.backend_start) * 1000 as double precision), 'infinity'
           ) as age
    from held h left join pg_stat_activity a on a.pid = h.pid
    where not exists (select from held t where t.pid = h.pid and t.classid = ${lockTimeClass})
  )
  select coalesce(max(age), 0) as age from (select age from timed union all select age from untimed) ages`

/**
 * Implements WorkLocks with advisory locks of PostgreSQL, which releases the locks of a killed process. All
 * locks of this process share one dedicated connection, which is open while this process has a lock. The
 * locks do not work behind a pooler that gives the connection to another client after each transaction
 * (pgbouncer's transaction mode).
 */
export const createPostgresWorkLocks = (
  db: Knex,
  connection: () => Promise<PgConnection>,
  limits: LockLimits = defaultLimits,
): WorkLocks => {
  // PostgreSQL lets one session acquire the same lock twice, so this process itself records the names of its
  // locks, each with what tells its holder that another process asks for it.
  const held = new Map<string, AbortController>()
  let users = 0
  let opening: Promise<LockSession> | null = null

  const open = async (): Promise<LockSession> => {
    const session = await openLockSession(await connection(), limits, (name) => held.get(name)?.abort())
    session.lost.addEventListener('abort', () => {
      opening = null
    })
    return session
  }

  /** Returns the open session, or opens one. If opening fails, the next call tries again. */
  const session = (): Promise<LockSession> => {
    opening ??= open().catch((error) => {
      opening = null
      throw error
    })
    return opening
  }

  const lock = (name: string) =>
    TE.tryCatch(async () => {
      const opened = await session()
      return { opened, unlock: await opened.tryLock(name) }
    }, unavailable('database'))

  /** Closes the connection when it has no more users. */
  const release = async (): Promise<void> => {
    users -= 1
    const last = users === 0 ? await opening?.catch(() => null) : null
    if (users === 0) await last?.close()
  }

  return {
    tryWith: (name, work) => async () => {
      if (held.has(name)) return E.right(O.none)
      const asked = new AbortController()
      held.set(name, asked)
      users += 1
      try {
        const locked = await lock(name)()
        if (E.isLeft(locked)) return locked
        const { opened, unlock } = locked.right
        if (unlock === null) return E.right(O.none)
        try {
          return await pipe(work(opened.lost, asked.signal), TE.map(O.some))()
        } finally {
          await unlock()
        }
      } finally {
        held.delete(name)
        await release()
      }
    },

    ask: (name) =>
      TE.tryCatch(async () => {
        const own = held.get(name)
        if (own !== undefined) return own.abort()
        users += 1
        try {
          await (await session()).ask(name)
        } finally {
          await release()
        }
      }, unavailable('database')),

    oldestHolderAge: pipe(
      createStatements(db).selectOne(
        'background',
        'locks.oldest',
        t.strict({ age: t.number }),
        selectOldestHolder,
      )(),
      TE.map((row) => (O.isSome(row) ? row.value.age : 0)),
    ),
  }
}
