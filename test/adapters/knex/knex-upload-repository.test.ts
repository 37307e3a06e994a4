import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { uploadRepositoryContract } from '../../contracts/upload-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex upload repository', () => {
  const database = withDatabase()

  uploadRepositoryContract(async () => {
    await database.empty()
    await database.knex().raw('truncate uploads, upload_tickets')
    return {
      uploads: createKnexUploadRepository(database.knex(), 86_400),
      imageFiles: createKnexImageFileRepository(database.knex()),
    }
  })
})
