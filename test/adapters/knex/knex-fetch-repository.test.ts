import { expect } from 'chai'
import { createKnexFetchRepository } from '../../../src/adapters/knex/knex-fetch-repository.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { describeFailure } from '../../../src/domain/background/describe-failure.ts'
import { fetchRepositoryContract } from '../../contracts/fetch-repository.contract.ts'
import { aJobUid, anUploadUid } from '../../support/builders.ts'
import { left } from '../../support/expect-right.ts'
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

  it('[§11.3] fails without a word of the URL', async () => {
    const db = database.knex()
    const fetch = { upload: anUploadUid(), admin: 'ann', job: aJobUid(), folder: 'here' }
    const url = 'https://files.example.org/a.jpg?key=s3cret'
    await db.raw('alter table upload_fetches rename to away')
    const failure = await left(createKnexFetchRepository(db).add({ ...fetch, url }))
    await db.raw('alter table away rename to upload_fetches')
    expect(describeFailure(failure)).to.include('upload_fetches').and.not.include('example.org')
    expect(String(failure.cause)).not.to.include('example.org')
  })
})
