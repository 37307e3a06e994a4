import * as t from 'io-ts'
import type { Knex } from 'knex'
import { O, pipe, TE } from '../../fp.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { createStatements } from './statements.ts'

/** Stores users in PostgreSQL. */
export const createKnexUserRepository = (db: Knex): UserRepository => {
  const { selectOne, run } = createStatements(db)
  const selectAdmin = selectOne(
    'read',
    'users.admin',
    t.strict({ admin: t.boolean }),
    'select admin from users where sub = ?',
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
  }
}
