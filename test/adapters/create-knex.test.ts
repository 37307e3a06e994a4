import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { createKnex, type PgConnection } from '../../src/adapters/knex/create-knex.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { left, right } from '../support/expect-right.ts'
import { withDatabase } from '../support/postgres.ts'

describe('createKnex', () => {
  const database = withDatabase()

  it('reads whole numbers as numbers, those of eight bytes too', async () => {
    const { rows } = await database
      .knex()
      .raw('select 1::int4 as a, 2::int8 as b, count(*) as c, 1.5::float8 as d')
    expect(rows).to.deep.equal([{ a: 1, b: 2, c: 1, d: 1.5 }])
  })

  it('lets no statement run for longer than ten seconds', async () => {
    const { rows } = await database.knex().raw('show statement_timeout')
    expect(rows).to.deep.equal([{ statement_timeout: '10s' }])
  })

  it('[S6] sends no statement whose limit is misspelt, and is none the worse for it', async () => {
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

  it('takes a URL', async () => {
    const connectionString = urlOf(database.connection())
    const db = createKnex(async () => ({ connectionString }), 1)
    const here = 'select current_database() as name'
    expect((await db.raw(here)).rows).to.deep.equal((await database.knex().raw(here)).rows)
    await db.destroy()
  })

  it('starts without a database, says so at once, and works as soon as there is one', async () => {
    let ask = async (): Promise<PgConnection> => {
      throw new Error('not yet')
    }
    const db = createKnex(() => ask(), 2)
    const users = createKnexUserRepository(db)
    expect(await left(users.isAdmin('ann'))).to.include({ _tag: 'Unavailable', dependency: 'database' })
    ask = async () => database.connection()
    expect(await right(users.isAdmin('ann'))).to.equal(false)
    await db.destroy()
  })

  it('asks again where the database is when it is not where it was', async () => {
    let place: PgConnection = { host: '/nowhere', port: 5432, user: 'larder', database: 'larder' }
    const db = createKnex(async () => place, 2)
    const users = createKnexUserRepository(db)
    expect(await left(users.isAdmin('ann'))).to.include({ _tag: 'Unavailable' })
    place = database.connection()
    expect(await right(users.isAdmin('ann'))).to.equal(false)
    await db.destroy()
  })

  it('does not wait long for a server that takes calls and says nothing', async () => {
    const calls: Socket[] = []
    const silent = createServer((socket) => calls.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const db = createKnex(async () => ({ host: '127.0.0.1', port, user: 'larder', database: 'larder' }), 2)

    // The guard against hanging is far longer than what the pool waits, and far shorter than what the system does.
    expect(await left(createKnexUserRepository(db).isAdmin('ann'))).to.include({ _tag: 'Unavailable' })

    await db.destroy()
    for (const call of calls) call.destroy()
    silent.close()
  })

  it('tells a row that is not as it should be from one that is', async () => {
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
