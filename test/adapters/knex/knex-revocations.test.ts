import { expect } from 'chai'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createKnexRevocations } from '../../../src/adapters/knex/knex-revocations.ts'
import { revocationsContract } from '../../contracts/revocations.contract.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex revocations', () => {
  const database = withDatabase()
  beforeEach(database.empty)

  revocationsContract(async () => {
    await database.empty()
    return createKnexRevocations(database.knex())
  })

  it('also returns a revocation whose transaction ends after later ones were read', async () => {
    const revocations = createKnexRevocations(database.knex())
    const late = await database.knex().transaction()
    await late.raw(`insert into revocations (kind, subject, not_before) values ('jti', 'late', 1)`)
    await right(revocations.revoke({ kind: 'jti', subject: 'early' }))
    const first = await right(revocations.listSince(null))
    expect(first.revocations.map(({ subject }) => subject)).to.deep.equal(['early'])
    await late.commit()
    const second = await right(revocations.listSince(first.horizon))
    expect(second.revocations.map(({ subject }) => subject)).to.include('late')
  })

  it('returns more revocations than one query does', async () => {
    await database.knex().raw(`
      insert into revocations (kind, subject, not_before)
      select 'jti', 't' || n, n from generate_series(1, 20001) n`)
    const { revocations } = await right(createKnexRevocations(database.knex()).listSince(null))
    expect(new Set(revocations.map(({ subject }) => subject)).size).to.equal(20_001)
  })

  it('returns revocations of every transaction, in pages, also if the numbers of transactions differ in length', async () => {
    await database.knex().raw(`
      insert into revocations (kind, subject, not_before, xid)
      select 'jti', 'of 99', 1, cast('99' as xid8)
      union all select 'jti', 'of 100 ' || n, 1, cast('100' as xid8) from generate_series(1, 10000) n`)
    const { revocations } = await right(createKnexRevocations(database.knex()).listSince(null))
    const subjects = new Set(revocations.map(({ subject }) => subject))
    expect(subjects.has('of 99')).to.equal(true)
    expect(subjects.size).to.equal(10_001)
  })

  it('returns revocations while queries of viewers have all connections of their pool, and do not end', async () => {
    const viewers = createKnex(async () => database.connection(), 1)
    const followers = createKnex(async () => database.connection(), 1)
    const blocking = await database.knex().transaction()
    await blocking.raw('lock table image_files in access exclusive mode')
    const waiting = viewers.raw('select count(*) from image_files').then(() => undefined)
    try {
      const { revocations } = await right(createKnexRevocations(viewers, followers).listSince(null))
      expect(revocations).to.deep.equal([])
    } finally {
      await blocking.rollback()
      await waiting
      for (const pool of [viewers, followers]) await pool.destroy()
    }
  })

  it('drops what every revoked token has outlived, but revokes it again if asked to', async () => {
    const revocations = createKnexRevocations(database.knex())
    for (const subject of ['old', 'again']) await right(revocations.revoke({ kind: 'jti', subject }))
    await database.knex().raw(`update revocations set created_at = now() - interval '401 days'`)
    await right(revocations.revoke({ kind: 'jti', subject: 'again' }))
    expect((await right(revocations.list(null, 9))).map(({ subject }) => subject)).to.deep.equal(['again'])
  })
})
