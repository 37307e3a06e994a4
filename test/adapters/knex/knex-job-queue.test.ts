import { createKnex } from '../../../src/adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { fileJobsContract } from '../../contracts/file-jobs.contract.ts'
import { jobQueueContract } from '../../contracts/job-queue.contract.ts'
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
      advance,
    }
  }
  describe('by itself', () => jobQueueContract(make))
  describe('with the repositories of files', () => fileJobsContract(make))
})
