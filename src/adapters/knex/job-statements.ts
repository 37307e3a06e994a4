import { jobKinds } from '../../domain/jobs/job.ts'
import { jobLeaseMs } from '../../ports/job-queue.ts'
import { jobColumns } from './job-rows.ts'
import { intervalOf } from './sql-times.ts'

const leaseEnd = `now() + ${intervalOf(jobLeaseMs)}`

const connectionPrefix = 'larder worker '
/** PostgreSQL cuts off longer names of connections. */
const maxNameLength = 63

/**
 * Name of a connection that takes jobs, so that other processes know that there are workers. The end of a long name
 * of a worker is kept, because it tells the processes of a machine apart.
 */
export const connectionName = (worker: string): string =>
  connectionPrefix + worker.slice(connectionPrefix.length - maxNameLength)

/** Assignments for a job that is not running any more. */
const noSteps = 'stage = null, speed = null, eta_seconds = null'

/** A process of a later release may have added jobs of other kinds. They are left to it. */
export const supportedKindCondition = `kind in (${jobKinds.map((kind) => `'${kind}'`).join(', ')})`

/** Leases the jobs of the CTE `chosen`. */
const leaseChosen = `
  update jobs set
    state = 'running', lease_token = gen_random_uuid(), lease_until = ${leaseEnd}, worker = ?,
    started_at = now(), progress = 0, ${noSteps}
  from chosen where jobs.id = chosen.id
  returning jobs.*`

const selectLeased = `select ${jobColumns}, j.lease_token from leased j order by j.priority desc, j.run_at, j.id`

/**
 * Takes waiting jobs; the bindings are the name of the connection, the limit and the worker. The
 * condition about the name depends on no row, so PostgreSQL evaluates it once, even if no job waits.
 */
export const takeJobs = `
  with chosen as (
    select id from jobs
    where (select set_config('application_name', ?, false)) is not null
      and state = 'waiting' and run_at <= now() and ${supportedKindCondition}
    order by priority desc, run_at, id limit ? for update skip locked
  ), leased as (${leaseChosen}) ${selectLeased}`

/** Takes one job; the bindings are its uid and the worker. */
export const takeJob = `
  with chosen as (
    select id from jobs where uid = ? and state = 'waiting' and ${supportedKindCondition} for update skip locked
  ), leased as (${leaseChosen}) ${selectLeased}`

export const renewLease = `
  update jobs set lease_until = ${leaseEnd}, progress = ?, stage = ?, speed = ?, eta_seconds = ?
  where uid = ? and lease_token = cast(? as uuid)
  returning uid`

export const settleLease = `
  update jobs set
    state = :state, attempt = :attempt, lost = :lost, error = :error, is_refused = :isRefused,
    warnings = cast(:warnings as jsonb), ${noSteps},
    progress = case :state when 'done' then 1 when 'waiting' then 0 else progress end,
    run_at = now() + ${intervalOf(':delay')},
    lease_token = null, lease_until = null,
    ended_at = case when :state = 'waiting' then null else now() end
  where uid = :uid and lease_token = cast(:token as uuid)`

/** Settles a lease only if it is still expired: its worker may have renewed it meanwhile. */
export const settleExpired = `${settleLease} and lease_until < now()`

export const selectExpired = `
  select ${jobColumns}, j.lease_token from jobs j
  where j.state = 'running' and j.lease_until < now() and j.${supportedKindCondition}`

/** Inserts a job unless its file has an active one of the same kind. Selects the uid of the active job. */
export const insertJobOnce = `
  with added as (
    insert into jobs (uid, kind, replaces_all, media, media_kind, attempts, duration_seconds)
    values (?, ?, ?, ?, ?, ?, ?)
    on conflict (media, kind) where state in ('waiting', 'running') do nothing
    returning uid
  )
  select uid from added
  union all
  select uid from jobs where media = ? and kind = ? and state in ('waiting', 'running')`

/**
 * Locks the row of a file after the insert of its job: a deletion under way is waited for, and a later one sees the job.
 */
export const selectIsDeleted = (files: string): string =>
  `select deleted_at is not null as flag from ${files} where uid = ? for share`

export const deleteEnded = `
  delete from jobs where id in (
    select id from jobs where ended_at < now() - ${intervalOf('?')} order by ended_at limit ? for update skip locked
  ) returning uid`

export const selectHasWorkers = `
  select exists (
    select from pg_stat_activity
    where datname = current_database() and application_name like '${connectionPrefix}%' and application_name <> ?
  ) as present`

export const selectOldestRunning = `
  select coalesce(max(cast(extract(epoch from now() - started_at) * 1000 as double precision)), 0) as age
  from jobs where state = 'running'`

export const retryJob = `
  update jobs j set
    state = 'waiting', attempt = 0, lost = 0, error = null, is_refused = false, run_at = now(), ended_at = null,
    progress = 0, ${noSteps}
  where uid = ? and state in ('failed', 'cancelled') and not exists (
    select from jobs other
    where other.media = j.media and other.kind = j.kind and other.state in ('waiting', 'running')
  ) and not exists (
    select from image_files f where f.uid = j.media and f.deleted_at is not null
  ) and not exists (
    select from content_files f where f.uid = j.media and f.deleted_at is not null
  )
  returning uid`

export const cancelJob = `
  update jobs set state = 'cancelled', lease_token = null, lease_until = null, ended_at = now(), ${noSteps}
  where uid = ? and state in ('waiting', 'running')
  returning uid`

export const updatePriority = `
  update jobs set priority = ? where uid = ? and state in ('waiting', 'running') returning uid`
