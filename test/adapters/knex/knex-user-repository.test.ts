import { createKnexUserRepository } from '../../../src/adapters/knex/knex-user-repository.ts'
import { userRepositoryContract } from '../../contracts/user-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex user repository', () => {
  const database = withDatabase()

  userRepositoryContract(async () => {
    await database.empty()
    return createKnexUserRepository(database.knex())
  })
})
