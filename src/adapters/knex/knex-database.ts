import type { Knex } from 'knex'
import type { Database } from '../../ports/database.ts'
import { migrations, type NamedMigration } from './migrations/all.ts'
import { asked } from './statements.ts'

/** Any number, as long as nobody else on this database takes it. */
const migrationLock = 727_001

const tableName = 'knex_migrations'

const migrationConfig: Knex.MigratorConfig = {
  tableName,
  migrationSource: {
    getMigrations: async () => [...migrations],
    getMigrationName: (migration: NamedMigration) => migration.name,
    getMigration: async (migration: NamedMigration) => migration,
  },
  disableTransactions: true, // they all run in the one transaction below
  disableMigrationsListValidation: true, // during an upgrade an older release may start on newer tables
}

/** The PostgreSQL database that `db` leads to. */
export const createKnexDatabase = (db: Knex): Database => ({
  migrate: asked(async () => {
    // knex's own lock is a row in a table: useless while there is no table, and left behind by a process that
    // was killed. This one ends with the transaction, as does all that a failed migration did.
    await db.transaction(async (trx) => {
      await trx.raw('set local statement_timeout = 0')
      await trx.raw('select pg_advisory_xact_lock(?)', [migrationLock])
      await trx.migrate.latest(migrationConfig)
    })
  }),

  check: asked(async () => {
    const names = migrations.map(({ name }) => name)
    const done = (await db.schema.hasTable(tableName)) ? await db(tableName).whereIn('name', names) : []
    if (done.length < names.length) throw new Error('tables are missing: run `larder migrate`')
  }),
})
