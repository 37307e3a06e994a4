import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { imageFileRepositoryContract } from '../../contracts/image-file-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex image file repository', () => {
  const database = withDatabase()

  imageFileRepositoryContract(async () => {
    await database.empty()
    return createKnexImageFileRepository(database.knex())
  })
})
