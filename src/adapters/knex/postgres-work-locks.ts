import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { PgConnection } from './create-knex.ts'
import { advisoryLockClass, type LockLimits, type LockSession, openLockSession } from './lock-session.ts'
import { createStatements } from './statements.ts'

const defaultLimits: LockLimits = { beat: 10_000, answer: 5_000 }

// Selects the age of the oldest lock. Larder's database role sees only the start times of its own
// connections, so the age of a lock of another role is unknown and counts as infinite.
const selectOldestHolder = `
  select coalesce(max(coalesce(
           cast(extract(epoch from clock_timestamp() - a.backend_start) * 1000 as double precision),
           'infinity')), 0) as age
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = ${advisoryLockClass}
    and l.database = (select oid from pg_database where datname = current_database())`

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
      return { opened, isAcquired: await opened.tryLock(name) }
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
        const { opened, isAcquired } = locked.right
        if (!isAcquired) return E.right(O.none)
        try {
          return await pipe(work(opened.lost, asked.signal), TE.map(O.some))()
        } finally {
          await opened.unlock(name)
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
