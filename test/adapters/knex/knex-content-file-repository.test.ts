import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { contentFileRepositoryContract } from '../../contracts/content-file-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex content file repository', () => {
  const database = withDatabase()

  contentFileRepositoryContract(async () => {
    await database.empty()
    return createKnexContentFileRepository(database.knex())
  })
})
