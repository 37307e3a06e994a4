import * as t from 'io-ts'
import type { Knex } from 'knex'
import { O, pipe, TE } from '../../fp.ts'
import type { AdminRemoval, UserRepository } from '../../ports/user-repository.ts'
import { createStatements, inTransaction } from './statements.ts'

/** Stores users in PostgreSQL. */
export const createKnexUserRepository = (db: Knex): UserRepository => {
  const { selectOne, selectMany, run } = createStatements(db)
  const selectAdmin = selectOne(
    'read',
    'users.admin',
    t.strict({ admin: t.boolean }),
    'select admin from users where sub = ?',
  )

  const selectAdmins = selectMany(
    'read',
    'users.list_admins',
    t.strict({ sub: t.string }),
    'select sub from users where admin and sub > ? order by sub limit ?',
  )

  return {
    isAdmin: (sub) =>
      pipe(
        selectAdmin(sub),
        TE.map((row) => O.isSome(row) && row.value.admin),
      ),

    setAdmin: (sub, admin) =>
      pipe(
        run(
          `insert into users (sub, admin) values (:sub, :admin)
           on conflict (sub) do update set admin = excluded.admin`,
          { sub, admin },
        ),
        TE.map(() => undefined),
      ),

    // No token has an empty `sub`, so the list begins after it.
    listAdmins: (after, limit) =>
      pipe(
        selectAdmins(after ?? '', limit),
        TE.map((rows) => rows.map(({ sub }) => sub)),
      ),

    removeAdmin: (sub) =>
      inTransaction(db, async (trx): Promise<AdminRemoval> => {
        // Every change of a user waits until the end of this transaction, so that the count stays right.
        await trx.raw('lock table users in share row exclusive mode')
        const { rowCount } = await trx.raw(
          `update users set admin = false
           where sub = :sub and admin and exists (select from users where admin and sub <> :sub)`,
          { sub },
        )
        if (rowCount === 1) return 'removed'
        const { rows } = await trx.raw('select admin from users where sub = :sub and admin', { sub })
        return rows.length === 0 ? 'not_admin' : 'last_admin'
      }),
  }
}
