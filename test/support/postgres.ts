import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Knex } from 'knex'
import { createKnex, type PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { createKnexDatabase } from '../../src/adapters/knex/knex-database.ts'
import { startEmbeddedPostgres } from '../../src/adapters/postgres-embedded/embedded-postgres.ts'
import { right } from './expect-right.ts'
import { nonDurablePostgresSettings } from './non-durable-postgres.ts'
import { waitForServerExit } from './wait-for-server-exit.ts'

// One server serves the whole test run. The first test file that needs it starts it. TEST_DATABASE_URL
// replaces it by a running server; its role must be able to create databases.

type Server = {
  /** Connects to a database; without a name, to the default database. */
  readonly to: (database?: string) => PgConnection
  readonly admin: Knex
  /** The name of a database with the tables of this release. Tests copy it. */
  readonly template: string
  readonly close: () => Promise<void>
}

let running: Promise<Server> | undefined

const startServer = async (): Promise<Server> => {
  const { to, close } = await provideServer()
  const admin = createKnex(async () => to(), 2)
  const template = uniqueName('template')
  await admin.raw('create database ??', [template])
  const db = createKnex(async () => to(template), 1)
  await right(createKnexDatabase(db).migrate)
  await db.destroy()
  return {
    to,
    admin,
    template,
    close: async () => {
      await admin.raw('drop database ??', [template])
      await admin.destroy()
      await close()
    },
  }
}

const provideServer = async (): Promise<Pick<Server, 'to' | 'close'>> => {
  const url = process.env.TEST_DATABASE_URL
  if (url !== undefined) {
    const urlTo = (database?: string) => Object.assign(new URL(url), database && { pathname: database }).href
    return { to: (database) => ({ connectionString: urlTo(database) }), close: async () => {} }
  }
  const dir = await mkdtemp(path.join(tmpdir(), 'larder-pg-'))
  const { connection, stop } = await startEmbeddedPostgres(dir, { settings: nonDurablePostgresSettings })
  return {
    to: (database = connection.database) => ({ ...connection, database }),
    close: async () => {
      await stop()
      await waitForServerExit(dir)
      await rm(dir, { recursive: true })
    },
  }
}

after(async () => {
  if (running !== undefined) await (await running).close()
})

const uniqueName = (kind: string): string => `larder_${kind}_${randomBytes(6).toString('hex')}`

/** Tables that migrations fill. The logs of invalidations and of events are never empty. */
const keptTables = [
  'events',
  'invalidation_log',
  'invalidation_pruning',
  'knex_migrations',
  'knex_migrations_lock',
  'library',
]

type TestDatabase = {
  /** A pool of ten connections. */
  readonly knex: () => Knex
  /** For tests that make their own pool or client. */
  readonly connection: () => PgConnection
  /** Deletes all rows of all tables, except `keptTables`. */
  readonly empty: () => Promise<void>
  /** Copies the database as it is now. `knex` returns a new pool afterwards. */
  readonly copy: () => Promise<Knex>
}

/**
 * Gives the tests of a `describe` their own database on a real server, with the tables of this release, or
 * without tables (`migrated: false`). The returned functions can be called from the first hook on.
 */
export const withDatabase = ({ migrated = true }: { readonly migrated?: boolean } = {}): TestDatabase => {
  const name = uniqueName('test')
  let connection: PgConnection
  let db: Knex
  const copies: Array<{ readonly name: string; readonly db: Knex }> = []

  before(async () => {
    running ??= startServer()
    const { admin, template, to } = await running
    const from = migrated ? template : 'template0'
    await admin.raw('create database ?? template ?? strategy file_copy', [name, from]) // This strategy takes half the time of wal_log.
    connection = to(name)
    db = createKnex(async () => connection, 10)
  })

  after(async () => {
    await db.destroy()
    const { admin } = await (running as Promise<Server>)
    await admin.raw('drop database ?? with (force)', [name])
    for (const copy of copies) {
      await copy.db.destroy()
      await admin.raw('drop database ?? with (force)', [copy.name])
    }
  })

  return {
    knex: () => db,
    connection: () => connection,
    empty: async () => {
      const { rows } = await db.raw(
        `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables
         where schemaname = 'public' and tablename <> all (?)`,
        [keptTables],
      )
      await db.raw(`truncate ${rows[0].tables}`)
    },
    copy: async () => {
      const { admin, to } = await (running as Promise<Server>)
      const copied = uniqueName('copy')
      // PostgreSQL copies a database only while nothing is connected to it.
      await db.destroy()
      await admin.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = ?', [name])
      await admin.raw('create database ?? template ?? strategy file_copy', [copied, name])
      db = createKnex(async () => connection, 10)
      const copy = { name: copied, db: createKnex(async () => to(copied), 4) }
      copies.push(copy)
      return copy.db
    },
  }
}

/** Returns the connection as a value for DATABASE_URL. */
export const connectionUrl = (connection: PgConnection): string => {
  if ('connectionString' in connection) return connection.connectionString
  const { host, port, user, database } = connection
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}
