import { expect } from 'chai'
import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { userRepositoryContract } from '../../contracts/user-repository.contract.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'
import { pollUntilDefined } from '../../support/processes.ts'

describe('knex user repository', () => {
  const database = withDatabase()

  userRepositoryContract(async () => {
    await database.empty()
    return createKnexUserRepository(database.knex())
  })

  it('[§8.12] removes no admin while another one is being removed', async () => {
    await database.empty()
    const users = createKnexUserRepository(database.knex())
    for (const sub of ['ann', 'bob']) await right(users.setAdmin(sub, true))
    const other = await database.knex().transaction()
    await other.raw(`update users set admin = false where sub = 'ann'`)
    let isSettled = false
    const removing = right(users.removeAdmin('bob')).finally(() => {
      isSettled = true
    })
    await pollUntilDefined(async () => {
      const { rows } = await database.knex().raw('select from pg_locks where not granted')
      return isSettled || rows.length > 0 ? true : undefined
    })
    await other.commit()
    expect(await removing).to.equal('last_admin')
  })
})
