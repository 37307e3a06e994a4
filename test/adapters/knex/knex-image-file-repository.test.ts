import { expect } from 'chai'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { E } from '../../../src/fp.ts'
import { imageFileRepositoryContract } from '../../contracts/image-file-repository.contract.ts'
import { aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('knex image file repository', () => {
  const database = withDatabase()

  imageFileRepositoryContract(async () => {
    await database.empty()
    return createKnexImageFileRepository(database.knex())
  })

  it('locks the jobs of a file before the file, as whatever changes a job does: a deadlock would end one of them', async () => {
    await database.empty()
    const files = createKnexImageFileRepository(database.knex())
    const [file, job] = [aNewImageFile(), aNewFileJob()]
    await right(files.add(file, job))
    const trx = await database.knex().transaction()
    await trx.raw('select from jobs where uid = ? for update', [job.uid])
    const removing = files.removeUnfinished(file.uid)()
    const isWaiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%for update%'`
    while ((await database.knex().raw(isWaiting)).rows.length === 0) await new Promise(setImmediate)
    await trx.raw("update jobs set state = 'cancelled', ended_at = now() where uid = ?", [job.uid])
    await trx.commit()
    expect(await removing).to.deep.equal(E.right(true))
  })
})
