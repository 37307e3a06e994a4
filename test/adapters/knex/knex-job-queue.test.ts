import { expect } from 'chai'
import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import type { NewJob } from '../../../src/domain/jobs/job.ts'
import type { ContentFileUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { jobLeaseMs } from '../../../src/ports/job-queue.ts'
import { fileJobsContract } from '../../contracts/file-jobs.contract.ts'
import { jobQueueContract } from '../../contracts/job-queue.contract.ts'
import { aNewContentFile, aNewFileJob, aNewJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'
import { pollUntilDefined } from '../../support/processes.ts'

describe('PostgreSQL job queue', () => {
  const database = withDatabase()
  let second: ReturnType<typeof createKnex> | null = null
  afterEach(() => second?.destroy())

  /** Sets all times of the jobs back, as the clock of the database cannot be set. */
  const advance = async (ms: number): Promise<void> => {
    const columns = ['run_at', 'lease_until', 'created_at', 'started_at', 'ended_at']
    const earlier = columns.map((column) => `${column} = ${column} - :ms * interval '1 millisecond'`)
    await database.knex().raw(`update jobs set ${earlier.join(', ')}`, { ms })
  }

  const addFile = async ({ uid }: NewJob['media']): Promise<void> => {
    const db = database.knex()
    const file = aNewContentFile({ uid: uid as ContentFileUid })
    await right(createKnexContentFileRepository(db).add(file, aNewFileJob()))
    await db.raw('delete from jobs where media = ?', [uid])
  }

  const namedOther = async (): Promise<number> => {
    const { rows } = await database.knex().raw(
      `select count(*) as count from pg_stat_activity
       where datname = current_database() and application_name = 'larder worker other'`,
    )
    return rows[0].count
  }

  const make = async () => {
    await database.empty()
    // Connections of the last test are listed until their server processes have exited.
    await pollUntilDefined(async () => ((await namedOther()) === 0 ? true : undefined))
    const db = database.knex()
    const other = createKnex(async () => database.connection(), 4)
    second = other
    return {
      queues: [createKnexJobQueue(db, 'one'), createKnexJobQueue(other, 'other')] as const,
      jobs: createKnexJobQueue(db, 'one'),
      imageFiles: createKnexImageFileRepository(db),
      contentFiles: createKnexContentFileRepository(db),
      addFile,
      advance,
    }
  }
  it('leaves jobs of kinds that a later release adds to the processes of that release', async () => {
    const { jobs } = await make()
    const [waiting, running] = [aNewJob(), aNewJob()]
    for (const job of [running, waiting]) {
      await addFile(job.media)
      await right(jobs.enqueue(job))
    }
    await right(jobs.takeOne(running.uid))
    await advance(2 * jobLeaseMs)
    const db = database.knex()
    await db.raw('alter table jobs drop constraint jobs_kind_check')
    try {
      await db.raw(`update jobs set kind = 'later'`)
      expect(await right(jobs.take(5))).to.deep.equal([])
      expect(await right(jobs.takeOne(waiting.uid))).to.deep.equal(O.none)
      expect(await right(jobs.reap)).to.equal(0)
      expect(await right(jobs.find(waiting.uid))).to.deep.equal(O.none)
      const listed = await right(jobs.list({ state: null, kind: null, media: null }, 5, null))
      expect(listed).to.deep.equal({ items: [], next: null, total: 0 })
    } finally {
      await db.raw('delete from jobs')
      await db.raw(`alter table jobs add constraint jobs_kind_check check (kind in ('exports', 'remake'))`)
    }
  })

  describe('by itself', () => jobQueueContract(make))
  describe('with the repositories of files', () => fileJobsContract(make))
})
