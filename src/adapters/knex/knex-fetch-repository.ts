import * as t from 'io-ts'
import type { Knex } from 'knex'
import { JobUid, UploadUid } from '../../domain/media/ids.ts'
import { O, pipe, TE } from '../../fp.ts'
import { type FetchRepository, failedFetchSeconds } from '../../ports/fetch-repository.ts'
import { intervalOf } from './sql-times.ts'
import { createStatements } from './statements.ts'

/** Number of old rows that each new fetch deletes: more than one, and far too few to make it wait. */
const oldRows = 1000

/** Adds a fetch, and deletes some that failed long ago. */
export const insertFetch = `
  with old as (
    delete from upload_fetches where id in (
      select id from upload_fetches
      where ended_at < now() - ${intervalOf(failedFetchSeconds * 1000)}
      order by ended_at limit ${oldRows} for update skip locked
    )
  )
  insert into upload_fetches (upload, admin, job, folder, url) values (:upload, :admin, :job, :folder, :url)`

/** Deletes a fetch that has not failed, with its URL. */
export const deleteFetch = 'delete from upload_fetches where upload = :upload and ended_at is null'

// The upload is locked first, as by every statement that changes both tables.
const beginAttempt = `
  with emptied as (
    update uploads set received_offset = 0, hashes = null, length = null
    where uid = :upload and state = 'receiving' returning uid
  ), gone as (
    delete from upload_fetches
    where upload = :upload and ended_at is null and not exists (select from emptied)
  )
  update upload_fetches f set attempt = f.attempt + 1 from emptied
  where f.upload = emptied.uid and f.ended_at is null returning f.url, f.job, f.attempt`

const refuseUpload = `
  with gone as (delete from uploads where uid = :upload and state = 'receiving')
  update upload_fetches set url = null, reason = :reason, ended_at = now()
  where upload = :upload and ended_at is null`

/** Stores fetches in PostgreSQL. */
export const createKnexFetchRepository = (db: Knex): FetchRepository => {
  const { selectOne, selectMany, run, runReturning } = createStatements(db)
  const nothing = TE.map(() => undefined)
  const begin = runReturning(t.strict({ url: t.string, job: JobUid, attempt: t.number }), beginAttempt)
  const selectUnderWay = selectMany(
    'background',
    'fetches.list',
    t.strict({ upload: UploadUid }),
    'select upload from upload_fetches where folder = ? and ended_at is null order by id limit ?',
  )
  const selectReason = selectOne(
    'read',
    'fetches.reason',
    t.strict({ reason: t.string }),
    'select reason from upload_fetches where upload = ? and admin = ? and ended_at is not null',
  )

  return {
    list: (folder, limit) =>
      pipe(
        selectUnderWay(folder, limit),
        TE.map((rows) => rows.map(({ upload }) => upload)),
      ),
    begin: (upload) => begin({ upload }),
    handBack: (upload) =>
      pipe(
        run('update upload_fetches set attempt = attempt - 1 where upload = :upload and attempt > 0', {
          upload,
        }),
        nothing,
      ),
    refuse: (upload, reason) => pipe(run(refuseUpload, { upload, reason }), nothing),
    remove: (upload) => pipe(run(deleteFetch, { upload }), nothing),
    findReason: (upload, admin) => pipe(selectReason(upload, admin), TE.map(O.map(({ reason }) => reason))),
  }
}
