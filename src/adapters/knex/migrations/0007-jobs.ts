import type { Knex } from 'knex'

// A job is leased while it runs. Lease and progress change every few seconds, so no index contains these
// columns, and each page has free space: then PostgreSQL updates the row in place, without a new index entry.
//
// The trigger stores why a file has no exports in the row of the file, whichever statement ends the job, because
// ended jobs are deleted after some time. Viewers read it, so it is not the error of a failed attempt.
//
// Every unfinished file gets a job. The media of a job have two tables, so no foreign key refers to them.

const tables = [
  { files: 'image_files', kind: 'image', duration: 'null' },
  { files: 'content_files', kind: 'content', duration: 'nullif(duration_seconds, 0)' },
]

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table jobs (
      id bigint generated always as identity primary key,
      uid text collate "C" not null unique,
      kind text collate "C" not null check (kind in ('exports', 'remake')),
      media text collate "C" not null,
      media_kind text collate "C" not null check (media_kind in ('image', 'content')),
      duration_seconds double precision,
      state text collate "C" not null default 'waiting'
        check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
      priority smallint not null default 0 check (priority between -100 and 100),
      run_at timestamptz not null default now(),
      attempt integer not null default 0,
      attempts integer not null check (attempts > 0),
      lost integer not null default 0,
      lease_token uuid,
      lease_until timestamptz,
      worker text,
      progress double precision not null default 0,
      stage text,
      speed double precision,
      eta_seconds double precision,
      error text,
      warnings jsonb not null default '[]',
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      check ((state = 'running') = (lease_token is not null)),
      check ((state = 'running') = (lease_until is not null)),
      check ((state in ('waiting', 'running')) = (ended_at is null))
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
    create index jobs_waiting on jobs (priority desc, run_at, id) where state = 'waiting';
    create index jobs_running on jobs (id) where state = 'running';
    create unique index jobs_active on jobs (media, kind) where state in ('waiting', 'running');
    create index jobs_of_media on jobs (media, id);
    create index jobs_ended on jobs (ended_at) where ended_at is not null;
  `)
  for (const { files, kind, duration } of tables)
    await db.raw(`
      alter table ${files} add column failure text;
      insert into jobs (uid, kind, media, media_kind, duration_seconds, attempts)
      select 'job_' || translate(
               encode(decode(replace(cast(gen_random_uuid() as text), '-', ''), 'hex'), 'base64'), '+/=', '-_'),
             'exports', uid, '${kind}', ${duration}, 5
      from ${files} where finished_at is null order by created_at, id;
    `)
  await db.raw(`
    create function note_job_failure() returns trigger language plpgsql as $$
    declare
      reason text := case
        when new.state = 'failed' and new.attempt >= new.attempts then 'its exports could not be made'
        when new.state = 'failed' then new.error
        when new.state = 'cancelled' then 'making its exports was cancelled'
      end;
    begin
      if new.media_kind = 'image' then
        update image_files set failure = reason where uid = new.media and failure is distinct from reason;
      else
        update content_files set failure = reason where uid = new.media and failure is distinct from reason;
      end if;
      return null;
    end $$;
    create trigger jobs_note_failure after insert or update of state on jobs
      for each row when (new.kind = 'exports' and new.state <> 'running')
      execute function note_job_failure();
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table jobs; drop function note_job_failure()')
  for (const { files } of tables) await db.raw(`alter table ${files} drop column failure`)
}

export const jobsMigration: Knex.Migration & { readonly name: string } = { name: '0007-jobs', up, down }
