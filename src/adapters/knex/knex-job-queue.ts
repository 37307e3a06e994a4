import * as t from 'io-ts'
import type { Knex } from 'knex'
import type { JobLease, NewJob } from '../../domain/jobs/job.ts'
import { type JobOutcome, outcomeOfLoss } from '../../domain/jobs/job-outcome.ts'
import { JobUid } from '../../domain/media/ids.ts'
import {
  type Conflict,
  inTrash,
  type NotFound,
  notFound,
  type Unavailable,
  unavailable,
} from '../../domain/shared/errors.ts'
import { E, O, pipe, TE } from '../../fp.ts'
import type { JobChange, JobQueue } from '../../ports/job-queue.ts'
import { createJobList } from './job-list.ts'
import { JobRow, jobColumns, LeasedJobRow, toJob, toLeasedJob } from './job-rows.ts'
import * as sql from './job-statements.ts'
import { mediaTables } from './media-conditions.ts'
import { violatesUniqueIndex } from './statement-outcome.ts'
import { type Binding, createStatements, decodeRows, inTransaction } from './statements.ts'

const Uid = t.strict({ uid: JobUid })
const Flag = t.strict({ flag: t.boolean })

/**
 * Number of attempts to enqueue a job. Each attempt but the first follows one that met a job which another
 * process was adding or ending at that moment.
 */
const maxEnqueues = 5

/** Rolls back the transaction that adds a job. */
class JobRefused extends Error {
  readonly reason: Conflict | NotFound
  constructor(reason: Conflict | NotFound) {
    super(reason._tag)
    this.reason = reason
  }
}

/** Implements JobQueue with a table of PostgreSQL. `worker` is the name of this process. */
export const createKnexJobQueue = (db: Knex, worker: string): JobQueue => {
  const { selectMany, selectOne, writeMany, run } = createStatements(db)
  const find = selectOne(
    'background',
    'jobs.find',
    JobRow,
    `select ${jobColumns} from jobs j where j.uid = ? and j.${sql.supportedKindCondition}`,
  )
  const selectExpired = selectMany('background', 'jobs.expired', LeasedJobRow, sql.selectExpired)
  const takeJobs = writeMany('jobs.take', LeasedJobRow, sql.takeJobs)
  const takeJob = writeMany('jobs.take_one', LeasedJobRow, sql.takeJob)
  const renewLease = writeMany('jobs.renew', Uid, sql.renewLease)
  const deleteEnded = writeMany('jobs.prune', Uid, sql.deleteEnded)

  const settleWith = (statement: string) => (lease: JobLease, outcome: JobOutcome) =>
    pipe(
      run(statement, {
        state: outcome.state,
        attempt: outcome.attempt,
        lost: outcome.lost,
        error: outcome.error,
        isRefused: outcome.isRefused,
        warnings: JSON.stringify(outcome.warnings),
        delay: outcome.delayMs,
        uid: lease.job,
        token: lease.token,
      }),
      TE.map((settled) => settled === 1),
    )
  const settleExpired = settleWith(sql.settleExpired)

  /**
   * Runs a statement that changes a job if its state permits that. Another process may add or retry a job of the same
   * file between the check and the write of the statement. The index then rejects the write.
   */
  const changeBy = (name: string, statement: string) => {
    const change = writeMany(name, Uid, statement)
    return (uid: JobUid, ...bindings: ReadonlyArray<Binding>): TE.TaskEither<Unavailable, JobChange> =>
      async () => {
        const changed = await change(...bindings, uid)().catch((error: unknown) => {
          if (violatesUniqueIndex(error, 'jobs_active')) return E.right([])
          throw error
        })
        if (E.isLeft(changed)) return changed
        if (changed.right.length > 0) return E.right('changed')
        const job = await find(uid)()
        return E.isLeft(job) ? job : E.right(O.isSome(job.right) ? 'wrong state' : 'missing')
      }
  }

  /**
   * Returns the uid of the active job, if there is one. Rolls back with JobRefused if the file gets no jobs. The lock of
   * the file's row lets a deletion that is under way end first.
   */
  const insertOnce = async (trx: Knex.Transaction, job: NewJob): Promise<JobUid | undefined> => {
    const { uid, kind, replaces, media, attempts, durationSeconds } = job
    const row = [uid, kind, replaces === 'all', media.uid, media.kind, attempts, durationSeconds]
    const added = await trx.raw(sql.insertJobOnce, [...row, media.uid, kind])
    const [active] = decodeRows(Uid, added.rows)
    if (active?.uid !== uid) return active?.uid
    const { rows } = await trx.raw(sql.selectIsDeleted(mediaTables[media.kind].files), [media.uid])
    const [file] = decodeRows(Flag, rows)
    if (file?.flag === false) return uid
    throw new JobRefused(file === undefined ? notFound('file', media.uid) : inTrash(media.uid))
  }

  return {
    enqueue: (job) => async () => {
      for (let tries = 0; tries < maxEnqueues; tries += 1) {
        const added = await inTransaction(db, (trx) => insertOnce(trx, job))()
        if (E.isLeft(added))
          return added.left.cause instanceof JobRefused ? E.left(added.left.cause.reason) : added
        if (added.right !== undefined) return E.right(added.right)
      }
      return E.left(unavailable('database')('the job was not added'))
    },

    take: (limit) =>
      pipe(
        takeJobs(sql.connectionName(worker), limit, worker),
        TE.map((rows) => rows.map(toLeasedJob)),
      ),

    takeOne: (uid) =>
      pipe(
        takeJob(uid, worker),
        TE.map(([row]) => (row === undefined ? O.none : O.some(toLeasedJob(row)))),
      ),

    renew: ({ job, token }, { progress, stage, speed, etaSeconds }) =>
      pipe(
        renewLease(progress, stage, speed, etaSeconds, job, token),
        TE.map((renewed) => renewed.length > 0),
      ),

    settle: settleWith(sql.settleLease),

    reap: async () => {
      const expired = await selectExpired()()
      if (E.isLeft(expired)) return expired
      let reaped = 0
      for (const row of expired.right) {
        const job = toLeasedJob(row)
        const settled = await settleExpired(job.lease, outcomeOfLoss(job))()
        if (E.isLeft(settled)) return settled
        if (settled.right) reaped += 1
      }
      return E.right(reaped)
    },

    prune: (forMs, limit) =>
      pipe(
        deleteEnded(forMs, limit),
        TE.map((pruned) => pruned.length),
      ),

    hasWorkers: pipe(
      selectOne(
        'background',
        'jobs.workers',
        t.strict({ present: t.boolean }),
        sql.selectHasWorkers,
      )(sql.connectionName(worker)),
      TE.map((row) => O.isSome(row) && row.value.present),
    ),

    oldestRunningAge: pipe(
      selectOne('background', 'jobs.oldest', t.strict({ age: t.number }), sql.selectOldestRunning)(),
      TE.map((row) => (O.isSome(row) ? row.value.age : 0)),
    ),

    find: (uid) => pipe(find(uid), TE.map(O.map(toJob))),

    list: createJobList(db),

    retry: changeBy('jobs.retry', sql.retryJob),
    cancel: changeBy('jobs.cancel', sql.cancelJob),
    setPriority: changeBy('jobs.prioritize', sql.updatePriority),
  }
}
