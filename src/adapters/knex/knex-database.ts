import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Database } from '../../ports/database.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { limitTransaction } from './bounded-client.ts'
import { statementOptions } from './database-limits.ts'
import { migrations, type NamedMigration } from './migrations/all.ts'
import { queryDatabase } from './statements.ts'

/** Key of the migration lock: an arbitrary number that no other program uses in this database. */
const migrationLock = 727_001

const tableName = 'knex_migrations'

const migrationConfig: Knex.MigratorConfig = {
  tableName,
  migrationSource: {
    getMigrations: async () => [...migrations],
    getMigrationName: (migration: NamedMigration) => migration.name,
    getMigration: async (migration: NamedMigration) => migration,
  },
  disableTransactions: true, // all migrations run in the single transaction below
  disableMigrationsListValidation: true, // during an upgrade an older release may start on newer tables
}

/** Delay in milliseconds between two attempts to acquire the migration lock. */
const lockRetryMs = 200
const lockWaitMs = 900_000

/** Returns whether all migrations of this release have run. */
const isMigrated = async (db: Knex): Promise<boolean> => {
  const names = migrations.map(({ name }) => name)
  const { rows } = await db.raw('select to_regclass(?) is not null as present', [tableName]).options(asRead)
  if (!rows[0].present) return false
  const applied = await db.raw(`select 1 from ${tableName} where name = any(?)`, [names]).options(asRead)
  return applied.rows.length >= names.length
}

/** Creates the port that migrates and checks a database. */
export const createKnexDatabase = (db: Knex): Database => ({
  migrate: queryDatabase(async () => {
    // Commands call this each time. They must not wait for the migration of another release, nor without a limit
    // for a database that does not answer.
    if (await isMigrated(db)) return
    await db.transaction(async (trx) => {
      await lock(trx)
      const resetLimit = await limitTransaction(trx, 'migration')
      await trx.raw('set local statement_timeout = 0')
      await trx.migrate.latest(migrationConfig).finally(resetLimit)
    })
  }),

  check: queryDatabase(async () => {
    if (!(await isMigrated(db))) throw new Error('tables are missing: run `larder migrate`')
  }),
})

const asRead = statementOptions('read')

/**
 * Waits for the migration lock. knex's own lock is a row in a table: the row cannot exist before the table,
 * and a killed process leaves it behind. The migration lock ends with the transaction, which also rolls back
 * a failed migration. The lock is polled, because a statement that waits for the lock could take any time.
 */
const lock = async (trx: Knex.Transaction): Promise<void> => {
  const deadline = systemMonotonic() + lockWaitMs
  for (;;) {
    const { rows } = await trx.raw('select pg_try_advisory_xact_lock(?) as acquired', [migrationLock])
    if (rows[0].acquired) return
    if (systemMonotonic() > deadline)
      throw new Error('another process has been migrating for a quarter of an hour')
    await sleep(lockRetryMs)
  }
}
