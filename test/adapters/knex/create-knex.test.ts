import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { createKnex, type PgConnection } from '../../../src/adapters/knex/create-knex.ts'
import { defaultDatabaseLimits } from '../../../src/adapters/knex/database-limits.ts'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { E } from '../../../src/fp.ts'
import { left, right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('createKnex', () => {
  const database = withDatabase()

  it('returns integers as numbers, including int8', async () => {
    const { rows } = await database
      .knex()
      .raw('select 1::int4 as a, 2::int8 as b, count(*) as c, 1.5::float8 as d')
    expect(rows).to.deep.equal([{ a: 1, b: 2, c: 1, d: 1.5 }])
  })

  it('limits statements to ten seconds', async () => {
    const { rows } = await database.knex().raw('show statement_timeout')
    expect(rows).to.deep.equal([{ statement_timeout: '10s' }])
  })

  it('[S6] rejects a statement with an unknown limit, and stays usable', async () => {
    const db = database.knex()
    for (const limit of ['raed', 'toString', 'connect', '']) {
      const error = await db
        .raw('select 1 as one')
        .options({ limit })
        .catch((cause: unknown) => cause)
      expect(String(error)).to.include(`"${limit}" is no limit of a statement`)
    }
    expect((await db.raw('select 1 as one').options({ limit: 'read' })).rows).to.deep.equal([{ one: 1 }])
  })

  it('accepts a URL', async () => {
    const connectionString = urlOf(database.connection())
    const db = createKnex(async () => ({ connectionString }), 1)
    const here = 'select current_database() as name'
    expect((await db.raw(here)).rows).to.deep.equal((await database.knex().raw(here)).rows)
    await db.destroy()
  })

  it('starts without a database, fails with Unavailable at once, and works as soon as there is a database', async () => {
    let locate = async (): Promise<PgConnection> => {
      throw new Error('not yet')
    }
    const db = createKnex(() => locate(), 2)
    const users = createKnexUserRepository(db)
    expect(await left(users.isAdmin('ann'))).to.include({ _tag: 'Unavailable', dependency: 'database' })
    locate = async () => database.connection()
    expect(await right(users.isAdmin('ann'))).to.equal(false)
    await db.destroy()
  })

  it("looks up the host's address again when the database is not reachable", async () => {
    let address: PgConnection = { host: '/nowhere', port: 5432, user: 'larder', database: 'larder' }
    const db = createKnex(async () => address, 2)
    const users = createKnexUserRepository(db)
    expect(await left(users.isAdmin('ann'))).to.include({ _tag: 'Unavailable' })
    address = database.connection()
    expect(await right(users.isAdmin('ann'))).to.equal(false)
    await db.destroy()
  })

  it('fails with Unavailable soon when a server accepts connections and never replies', async () => {
    const calls: Socket[] = []
    const silent = createServer((socket) => calls.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const db = createKnex(async () => ({ host: '127.0.0.1', port, user: 'larder', database: 'larder' }), 2)

    // Mocha's timeout is far longer than that of the pool, and far shorter than that of the operating system.
    expect(await left(createKnexUserRepository(db).isAdmin('ann'))).to.include({ _tag: 'Unavailable' })

    await db.destroy()
    for (const call of calls) call.destroy()
    silent.close()
  })

  it('is closed within its limit, also while a connection is being opened', async () => {
    const calls: Socket[] = []
    const silent = createServer((socket) => calls.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const address = { host: '127.0.0.1', port, user: 'larder', database: 'larder' }
    const limits = { ...defaultDatabaseLimits, connect: 600_000, acquire: 600_000, close: 50 }
    const db = createKnex(async () => address, 2, { limits })
    const asked = createKnexUserRepository(db).isAdmin('ann')()
    await once(silent, 'connection')
    await db.destroy()
    for (const call of calls) call.destroy()
    silent.close()
    expect(E.isLeft(await asked)).to.equal(true)
  })

  it('fails with Unavailable for a malformed row, and returns valid rows', async () => {
    const db = database.knex()
    await db.raw(`alter table users alter column admin drop not null`)
    await db.raw(`insert into users (sub, admin) values ('odd', null), ('ann', true)`)
    const users = createKnexUserRepository(db)
    expect(await left(users.isAdmin('odd'))).to.include({ _tag: 'Unavailable' })
    expect(await right(users.isAdmin('ann'))).to.equal(true)
  })
})

const urlOf = (connection: PgConnection): string => {
  if ('connectionString' in connection) return connection.connectionString
  const { user, host, port, database } = connection
  return `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`
}
