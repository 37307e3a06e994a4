import type { Knex } from 'knex'

// Viewers see why a file has no exports only if the file was refused. The text of any other failure may name a path or
// a command of the server, so it stays in the job, for admins. Up to now a job failed for another reason only after its
// last attempt, or its fifth expired lease.

const files = ['image_files', 'content_files']

/** `reason`: the expression of the text for viewers. */
const noteFailure = (reason: string): string => `
  create or replace function note_job_failure() returns trigger language plpgsql as $$
  declare
    reason text := case new.state
      when 'failed' then ${reason}
      when 'cancelled' then 'making its exports was cancelled'
    end;
  begin
    if new.media_kind = 'image' then
      update image_files set failure = reason where uid = new.media and failure is distinct from reason;
    else
      update content_files set failure = reason where uid = new.media and failure is distinct from reason;
    end if;
    return null;
  end $$`

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table jobs add column is_refused boolean not null default false;
    update jobs set is_refused = true where state = 'failed' and attempt < attempts and lost < 5;
  `)
  await db.raw(
    noteFailure("case when new.is_refused then new.error else 'its exports could not be made' end"),
  )
  for (const table of files)
    await db.raw(`
      update ${table} f set failure = 'its exports could not be made'
      where failure is not null and failure <> 'making its exports was cancelled' and not exists (
        select from jobs j
        where j.media = f.uid and j.kind = 'exports' and j.state = 'failed' and j.is_refused and j.error = f.failure
      )`)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(noteFailure('new.error'))
  await db.raw('alter table jobs drop column is_refused')
}

export const refusalsOfJobsMigration: Knex.Migration & { readonly name: string } = {
  name: '0011-refusals-of-jobs',
  up,
  down,
}
