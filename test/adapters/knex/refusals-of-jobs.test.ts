import { expect } from 'chai'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { refusalsOfJobsMigration } from '../../../src/adapters/knex/migrations/0011-refusals-of-jobs.ts'
import { O } from '../../../src/fp.ts'
import { aNewFileJob, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('the migration of failed jobs', () => {
  const database = withDatabase()

  it('keeps the reasons of refused files, and replaces those that name what viewers may not see', async () => {
    await database.empty()
    const db = database.knex()
    const files = createKnexImageFileRepository(db)
    await refusalsOfJobsMigration.down?.(db)
    const fail = async (attempt: number, lost: number, error: string) => {
      const [file, job] = [aNewImageFile(), aNewFileJob()]
      await right(files.add(file, job))
      await db.raw(
        "update jobs set state = 'failed', ended_at = now(), attempt = ?, lost = ?, error = ?, attempts = 5 where uid = ?",
        [attempt, lost, error, job.uid],
      )
      return file.uid
    }
    const refused = await fail(0, 0, 'it has no pixels')
    const broken = await fail(5, 0, 'transcoder: /opt/none/ffmpeg does not work')
    const killed = await fail(0, 5, 'its worker died five times')
    const pruned = await fail(0, 0, 'transcoder: /opt/none/ffmpeg does not work')
    await db.raw('delete from jobs where media = ?', [pruned])
    await refusalsOfJobsMigration.up(db)

    const reasons = await Promise.all(
      [refused, broken, killed, pruned].map(async (uid) => {
        const state = await right(files.findState(uid))
        return O.isSome(state) ? state.value.reason : null
      }),
    )
    const plain = 'its exports could not be made'
    expect(reasons).to.deep.equal(['it has no pixels', plain, plain, plain])
  })
})
