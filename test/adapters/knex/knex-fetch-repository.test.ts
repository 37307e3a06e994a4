import { expect } from 'chai'
import { createKnexFetchRepository } from '../../../src/adapters/knex/knex-fetch-repository.ts'
import { createKnexUploadRepository } from '../../../src/adapters/knex/knex-upload-repository.ts'
import { describeFailure } from '../../../src/domain/background/describe-failure.ts'
import { O } from '../../../src/fp.ts'
import { fetchRepositoryContract } from '../../contracts/fetch-repository.contract.ts'
import { aJobUid, aNewUpload } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
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

  it('[§11.3] is added with its upload or not at all, and fails without a word of the URL', async () => {
    const db = database.knex()
    const upload = aNewUpload({ protocol: 'url', owner: { kind: 'admin', sub: 'ann' }, length: null })
    const fetch = { admin: 'ann', job: aJobUid() }
    const uploads = createKnexUploadRepository(db, 86_400)
    const url = 'https://files.example.org/a.jpg?key=s3cret'
    await db.raw('alter table upload_fetches rename to away')
    const failure = await left(
      uploads.begin(upload, { free: 1e12, reserve: 0, holdsOriginals: false }, { ...fetch, url }),
    )
    await db.raw('alter table away rename to upload_fetches')
    expect(await right(uploads.find(upload.uid))).to.deep.equal(O.none)
    expect(describeFailure(failure)).to.include('upload_fetches').and.not.include('example.org')
    expect(String(failure.cause)).not.to.include('example.org')
  })
})
