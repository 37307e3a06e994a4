import type { MediaKind } from '../../domain/media/media-kind.ts'
import { graceSecondsOf } from '../../ports/trash.ts'
import { epochMicroseconds } from './sql-times.ts'

/** The names that the triggers have logged in this transaction. */
export const selectLogged = `
  select coalesce(array_agg(distinct name), '{}') as names
  from invalidation_log l cross join unnest(l.keys) as k (name) where l.xid = pg_current_xact_id()`

/** `now()` is the time of the transaction, so it equals the time of the deletion. */
export const cancelJobs = `
  update jobs set state = 'cancelled', lease_token = null, lease_until = null, ended_at = now(), stage = null,
    speed = null, eta_seconds = null
  where media = any(:uids) and state in ('waiting', 'running')`

/** Of these files, the rows are locked. */
export const selectAlreadyTakenDown = 'select uid from taken_down where uid = any(:uids)'

const deletionTimes = `
  deleted_at = coalesce(deleted_at, now()),
  purge_after = case
    when :isErased then now() else coalesce(purge_after, now() + make_interval(secs => :keep)) end,
  taken_down = taken_down or :isTakenDown`

const shortestGrace = graceSecondsOf(0)
const graceFactor = graceSecondsOf(shortestGrace) / shortestGrace

export const deleteFiles: Readonly<Record<MediaKind, string>> = {
  image: `
    update image_files set ${deletionTimes}
    where id = any(:ids) and (deleted_at is null or :isTakenDown)`,
  content: `
    update content_files set ${deletionTimes},
      grace_until = case
        when :isTakenDown or finished_at is null then null
        when deleted_at is null then
          now() + make_interval(secs => greatest(${shortestGrace}, ${graceFactor} * duration_seconds))
        else grace_until
      end
    where id = any(:ids) and (deleted_at is null or :isTakenDown)`,
}

export const selectDeletions = (files: string): string => `
  select uid, ${epochMicroseconds('deleted_at')} as deleted_at, ${epochMicroseconds('purge_after')} as purge_after
  from ${files} where id = any(:ids)`

export const noteTakenDown = (files: string, exportedFileIds: string): string => `
  insert into taken_down (uid, sha512, blobs)
  select f.uid, left(f.original_sha512, 128), array(
    select 's3_files:' || s.uid from s3_files s
    where s.id in (select f.original_s3_file_id union all ${exportedFileIds})
  )
  from ${files} f where f.id = any(:ids)
  on conflict (uid) do update set blobs = excluded.blobs`

const selectRestorableOf = (files: string, duration: string): string => `
  select id, uid, deleted_at is not null as is_deleted, taken_down as is_taken_down, finished_at is not null as is_ready,
    ${duration} as duration_seconds
  from ${files} where id = :id`

export const selectRestorable: Readonly<Record<MediaKind, string>> = {
  image: selectRestorableOf('image_files', 'cast(null as double precision)'),
  content: selectRestorableOf('content_files', 'nullif(duration_seconds, 0)'),
}

/**
 * Lets the newest job of this kind wait again if it ended with the deletion or later. One that had ended before stays as
 * it is: the file had failed, or an admin had cancelled the job.
 */
export const requeueJob = (files: string): string => `
  update jobs j set
    state = 'waiting', attempt = 0, lost = 0, error = null, is_refused = false, run_at = now(), ended_at = null,
    progress = 0, stage = null, speed = null, eta_seconds = null
  from ${files} f
  where f.id = :id and j.state in ('cancelled', 'failed') and j.ended_at >= f.deleted_at
    and j.id = (select max(n.id) from jobs n where n.media = f.uid and n.kind = :kind)
    and not exists (
      select from jobs o where o.media = f.uid and o.kind = :kind and o.state in ('waiting', 'running')
    )`

export const restoreFile: Readonly<Record<MediaKind, string>> = {
  image: `
    update image_files set deleted_at = null, purge_after = null, taken_down = false where id = :id`,
  content: `
    update content_files set deleted_at = null, purge_after = null, taken_down = false, grace_until = null
    where id = :id`,
}

export const selectHasJob = `
  select exists (select from jobs where media = :uid and kind = 'exports') as flag`

const isExpired = 'deleted_at is not null and purge_after <= now()'

export const selectIsExpired: Readonly<Record<MediaKind, string>> = {
  image: `select coalesce(${isExpired}, false) as flag from image_files where id = :id`,
  content: `
    select coalesce(${isExpired} and grace_until is null, false) as flag from content_files where id = :id`,
}

export const selectExpiredFiles = `
  (select uid from image_files where ${isExpired} order by purge_after limit ?)
  union all
  (select uid from content_files where ${isExpired} and grace_until is null order by purge_after limit ?)
  limit ?`

/** A row that is locked is left to the next call, so that this statement waits for no other transaction. */
export const endGraces = `
  update content_files set grace_until = null where id in (
    select id from content_files where grace_until <= now() order by grace_until limit :limit
    for update skip locked
  )`

export const selectPurged = 'select key from purged_objects order by key limit ?'
export const selectPurgedOf = 'select key from purged_objects where media = ? order by key limit ?'
export const forgetPurged = `
  delete from purged_objects
  where key = any(array(select json_array_elements_text(cast(:keys as json)) collate "C"))`

// Every key is greater than '': by this condition PostgreSQL reads the index, and not the table with its deleted rows.
export const selectIsDue = `
  select exists (select from content_files where grace_until <= now())
    or exists (select from image_files where ${isExpired})
    or exists (select from content_files where ${isExpired} and grace_until is null)
    or exists (select from purged_objects where key > '') as flag`

export const selectInTrash = `
  select true as flag from image_files where uid = ? and deleted_at is not null
  union all
  select true from content_files where uid = ? and deleted_at is not null`

export const selectTwin = `
  select uid, true as is_taken_down from taken_down where sha512 = ?
  union all
  select uid, taken_down from image_files where original_sha512 = ? and deleted_at is not null
  union all
  select uid, taken_down from content_files where original_sha512 = ? and deleted_at is not null
  order by is_taken_down desc`

export const selectTakenDown = 'select uid, blobs from taken_down where uid > ? order by uid limit ?'

export const selectHasDeleted = `
  select exists (select from image_files where deleted_at is not null)
    or exists (select from content_files where deleted_at is not null)
    or (select has_purged from library where singleton) as flag`
