import { createKnexFetchRepository } from '../../../src/adapters/knex/knex-fetch-repository.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { fetchRepositoryContract } from '../../contracts/fetch-repository.contract.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex fetch repository', () => {
  const database = withDatabase()

  fetchRepositoryContract(async () => {
    await database.empty()
    const db = database.knex()
    return {
      fetches: createKnexFetchRepository(db),
      uploads: createKnexUploadRepository(db, 86_400),
      advance: async (seconds) => {
        await db.raw('update upload_fetches set ended_at = ended_at - make_interval(secs => ?)', [seconds])
      },
      dump: async () => JSON.stringify((await db.raw('select * from upload_fetches')).rows),
    }
  })
})
