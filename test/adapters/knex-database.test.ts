import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createKnexDatabase } from '../../src/adapters/knex/knex-database.ts'
import { createKnexUserRepository } from '../../src/adapters/knex/knex-user-repository.ts'
import { databaseContract } from '../contracts/database.contract.ts'
import { left, right } from '../support/expect-right.ts'
import { withDatabase } from '../support/postgres.ts'

describe('knex database', () => {
  const { knex, connection } = withDatabase({ migrated: false })
  let pools: ReadonlyArray<Knex> = []

  const start = async (count: number) => {
    await knex().raw('drop schema public cascade')
    await knex().raw('create schema public')
    pools = Array.from({ length: count }, () => createKnex(async () => connection(), 1))
    return pools.map(createKnexDatabase)
  }

  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()))
    pools = []
  })

  databaseContract(start)

  it('keeps what is there when it migrates', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('none was made')
    await right(database.migrate)
    await right(createKnexUserRepository(knex()).setAdmin('ann', true))
    await right(database.migrate)
    expect(await right(createKnexUserRepository(knex()).isAdmin('ann'))).to.equal(true)
  })

  it('lets an older release start on the tables of a newer one', async () => {
    const [database] = await start(1)
    if (database === undefined) return expect.fail('none was made')
    await right(database.migrate)
    await knex()('knex_migrations').insert({ name: '9999-of-the-future', batch: 2 })
    await right(database.migrate)
    await right(database.check)
  })

  it('leaves nothing behind when it is cut off, so that the next one succeeds', async () => {
    const [database, next] = await start(2)
    if (database === undefined || next === undefined) return expect.fail('none was made')
    await knex().transaction(async (other) => {
      await other.raw('create table users (id bigint)') // in the way, and not to be seen until it commits
      const cutOff = left(database.migrate)
      await terminateWaiting(knex())
      expect(await cutOff).to.include({ _tag: 'Unavailable' })
      await other.raw('drop table users')
    })
    expect(await knex().schema.hasTable('knex_migrations')).to.equal(false)
    await right(next.migrate)
  })
})

/** Ends the connection that waits for a lock in this database, as soon as there is one. */
const terminateWaiting = async (db: Knex): Promise<void> => {
  for (;;) {
    const { rowCount } = await db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rowCount > 0) return
  }
}
