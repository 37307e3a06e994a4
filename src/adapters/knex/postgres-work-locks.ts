import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { PgConnection } from './create-knex.ts'
import { type LockLimits, type LockSession, lockClass, openLockSession } from './lock-session.ts'
import { createStatements } from './statements.ts'

const usualLimits: LockLimits = { beat: 10_000, answer: 5_000 }

// The role of Larder sees when its own connections began. Where another role holds a lock, its age is not known, and
// is taken for endless.
const selectOldestHolder = `
  select coalesce(max(coalesce(
           cast(extract(epoch from clock_timestamp() - a.backend_start) * 1000 as double precision),
           'infinity')), 0) as age
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = ${lockClass}
    and l.database = (select oid from pg_database where datname = current_database())`

/**
 * WorkLocks by advisory locks of PostgreSQL, which releases those of a process that was killed. All locks of this
 * process are on one connection of their own, which exists while one is held. Behind a pooler that hands a connection
 * to another client after each transaction (pgbouncer's transaction mode) they would hold nothing.
 */
export const createPostgresWorkLocks = (
  db: Knex,
  connection: () => Promise<PgConnection>,
  limits: LockLimits = usualLimits,
): WorkLocks => {
  // PostgreSQL lets one connection take the same lock twice: what this process holds is known here.
  const held = new Set<string>()
  let users = 0
  let opening: Promise<LockSession> | null = null

  const open = async (): Promise<LockSession> => {
    const session = await openLockSession(await connection(), limits)
    session.lost.addEventListener('abort', () => {
      opening = null
    })
    return session
  }

  /** The open session, or a new one; one that could not be opened is forgotten. */
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
      return { opened, isOurs: await opened.tryLock(name) }
    }, unavailable('database'))

  /** The last one to leave closes the connection. */
  const leave = async (): Promise<void> => {
    users -= 1
    const last = users === 0 ? await opening?.catch(() => null) : null
    if (users === 0) last?.end()
  }

  return {
    tryWith: (name, work) => async () => {
      if (held.has(name)) return E.right(O.none)
      held.add(name)
      users += 1
      try {
        const locked = await lock(name)()
        if (E.isLeft(locked)) return locked
        const { opened, isOurs } = locked.right
        if (!isOurs) return E.right(O.none)
        try {
          return await pipe(work(opened.lost), TE.map(O.some))()
        } finally {
          await opened.unlock(name)
        }
      } finally {
        held.delete(name)
        await leave()
      }
    },

    oldestHolderAge: pipe(
      createStatements(db).one(
        'background',
        'locks.oldest',
        t.strict({ age: t.number }),
        selectOldestHolder,
      )(),
      TE.map(
        O.match(
          () => 0,
          ({ age }) => age,
        ),
      ),
    ),
  }
}
