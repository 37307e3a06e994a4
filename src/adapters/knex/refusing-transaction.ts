import type { Knex } from 'knex'
import type { JobCompletion } from '../../domain/jobs/job.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { E, type TE } from '../../fp.ts'
import { completeJob } from './job-rows.ts'
import { inTransaction } from './statements.ts'

/** Rolls back a transaction. */
export class NothingWritten extends Error {}

/** Runs a transaction. Returns `false` if it throws NothingWritten. */
export const inTransactionUnlessRefused =
  (db: Knex, work: (trx: Knex.Transaction) => Promise<boolean>): TE.TaskEither<Unavailable, boolean> =>
  async () => {
    const written = await inTransaction(db, work)()
    return E.isLeft(written) && written.left.cause instanceof NothingWritten ? E.right(false) : written
  }

/**
 * Runs `publish` in a transaction that first ends the job. The row of the job is locked before that of the file, as in
 * every other transaction. If `publish` returns `false`, nothing is written.
 */
export const publishInTransaction = (
  db: Knex,
  completion: JobCompletion | null,
  publish: (trx: Knex.Transaction) => Promise<boolean>,
): TE.TaskEither<Unavailable, boolean> =>
  inTransactionUnlessRefused(db, async (trx) => {
    if (completion !== null && !(await completeJob(trx, completion))) return false
    // The job has not ended, if nothing was published.
    if (!(await publish(trx))) throw new NothingWritten()
    return true
  })
