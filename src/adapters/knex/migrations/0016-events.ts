import type { Knex } from 'knex'

// Triggers write an event for each change of a file, in the transaction of the change, so that a change by any program,
// also by hand, is told (decision 39). The order of events is that of (xid, id). Readers get only those whose
// transaction lies below the horizon of all running ones: no event can appear before them any more.
//
// The events of a file that is deleted for ever keep its uid and kind. A truncation of a table names each of its files,
// because it runs no trigger of rows.
//
// The table is never empty, and its newest row is never pruned: by it a reader recognises that the log is still the one
// that it has read. The first row has no file, and is no event.
//
// The progress of jobs is only notified, and not stored.
//
// A change is compared row by row. A join of transition tables has a plan that is kept for the session: one that was made
// for a single row would compare each of 100,000 rows with all others.
//
// An older release that still runs writes events, too, because the triggers do.

const tables = { image: 'image_files', content: 'content_files' } as const
type Kind = keyof typeof tables

const log = `
  create table events (
    id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    type text collate "C" not null,
    media text collate "C",
    kind text collate "C",
    data jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    check ((media is null) = (kind is null))
  );
  create index events_by_xid on events (xid, id);
  create index events_of_media on events (media, xid, id);
  create index events_by_age on events (created_at);
  insert into events (type) values ('log.started');

  create function notify_of_events() returns trigger language plpgsql as $$
  begin
    if exists (select from new_rows) then perform pg_notify('larder_events', ''); end if;
    return null;
  end $$;
  create trigger events_notify after insert on events referencing new table as new_rows
    for each statement execute function notify_of_events();

  create function forget_events_of(uids text[]) returns void language sql as $$
    update events set data = jsonb_build_object('uid', media, 'kind', kind) where media = any(uids)
  $$;

  create function notify_of_progress() returns trigger language plpgsql as $$
  begin
    perform pg_notify('larder_progress', cast(json_build_object(
      'uid', new.media, 'kind', new.media_kind, 'job', new.uid, 'state', new.state, 'progress', new.progress,
      'stage', left(new.stage, 200), 'speed', new.speed, 'eta_seconds', new.eta_seconds
    ) as text));
    return null;
  end $$;
  create trigger jobs_notify_insert after insert on jobs for each row execute function notify_of_progress();
  create trigger jobs_notify_update after update on jobs for each row
    when (
      (old.state, old.progress, old.stage, old.speed, old.eta_seconds)
        is distinct from (new.state, new.progress, new.stage, new.speed, new.eta_seconds)
    ) execute function notify_of_progress();
`

/** Expression for the data of an event about the file `n`. */
const dataOf = (kind: Kind): string => `
  jsonb_build_object(
    'uid', n.uid, 'kind', '${kind}', 'title', n.title, 'public', n.public, 'metadata', n.metadata, 'state', s.state
  ) || case when s.state = 'failed' then jsonb_build_object('reason', n.failure) else '{}' end`

/** The state of the file `n` for viewers (http-api.md §5.11). */
const state = `
  cross join lateral (
    select case
      when n.finished_at is not null then 'ready'
      when j.state = 'running' then 'making'
      when j.state is null and n.failure is not null then 'failed'
      else 'waiting'
    end as state
    from (values (1)) one left join jobs j
      on j.media = n.uid and j.kind = 'exports' and j.state in ('waiting', 'running')
  ) s`

/** Inserts those events of the rows `n` that apply. */
const append = (kind: Kind, rows: string, events: Readonly<Record<string, string>>): string => `
  insert into events (type, media, kind, data)
  select e.type, n.uid, '${kind}', ${dataOf(kind)}
  from ${rows} ${state}
  cross join lateral (values ${Object.entries(events)
    .map(([type, applies], i) => `('media.${type}', ${applies}, ${i})`)
    .join(', ')}) e (type, applies, place)
  where e.applies order by n.id, e.place;`

const triggersOf = (kind: Kind): string => {
  const table = tables[kind]
  const exports = `${kind}_file_exports`
  const purged = (rows: string): string => `
    perform forget_events_of(array(select uid from ${rows}));
    insert into events (type, media, kind, data)
    select 'media.purged', uid, '${kind}', jsonb_build_object('uid', uid, 'kind', '${kind}') from ${rows} order by id;`
  return `
  create function log_new_${table}() returns trigger language plpgsql as $$
  begin
    ${append(kind, 'new_rows n', { created: 'true', ready: 'n.finished_at is not null' })}
    return null;
  end $$;
  create trigger ${table}_events_insert after insert on ${table} referencing new table as new_rows
    for each statement execute function log_new_${table}();

  create function log_changed_${table}() returns trigger language plpgsql as $$
  begin
    ${append(kind, '(select new.*) n cross join (select old.*) o', {
      restored: 'o.deleted_at is not null and n.deleted_at is null',
      ready: 'o.finished_at is null and n.finished_at is not null',
      failed: `n.finished_at is null and n.deleted_at is null and n.failure is not null
        and n.failure is distinct from o.failure`,
      changed: '(o.name, o.title, o.alt, o.metadata) is distinct from (n.name, n.title, n.alt, n.metadata)',
      public: 'o.public <> n.public',
      deleted: `n.deleted_at is not null and (o.deleted_at is null or n.taken_down and not o.taken_down)`,
    })}
    return null;
  end $$;
  create trigger ${table}_events_update after update on ${table}
    for each row execute function log_changed_${table}();

  create function log_purged_${table}() returns trigger language plpgsql as $$
  begin
    ${purged('old_rows')}
    return null;
  end $$;
  create trigger ${table}_events_delete after delete on ${table} referencing old table as old_rows
    for each statement execute function log_purged_${table}();

  create function log_truncated_${table}() returns trigger language plpgsql as $$
  begin
    ${purged(table)}
    return null;
  end $$;
  create trigger ${table}_events_truncate before truncate on ${table}
    for each statement execute function log_truncated_${table}();

  -- New exports in the place of old ones change a file that is ready.
  create function log_replaced_${exports}() returns trigger language plpgsql as $$
  begin
    ${append(
      kind,
      `(
      select f.* from ${table} f where f.id in (
        select ${kind}_file_id from (
          select id, ${kind}_file_id from new_rows where replaced_at is not null
          except select id, ${kind}_file_id from old_rows where replaced_at is not null
        ) r
      )
    ) n`,
      { changed: 'true' },
    )}
    return null;
  end $$;
  create trigger ${exports}_events_update after update on ${exports}
    referencing old table as old_rows new table as new_rows
    for each statement execute function log_replaced_${exports}();
`
}

const up = async (db: Knex): Promise<void> => {
  await db.raw(log)
  await db.raw(triggersOf('image'))
  await db.raw(triggersOf('content'))
}

const down = async (db: Knex): Promise<void> => {
  for (const [kind, table] of Object.entries(tables))
    await db.raw(`
      drop function log_new_${table}() cascade;
      drop function log_changed_${table}() cascade;
      drop function log_purged_${table}() cascade;
      drop function log_truncated_${table}() cascade;
      drop function log_replaced_${kind}_file_exports() cascade;
    `)
  await db.raw(`
    drop function notify_of_progress() cascade;
    drop function forget_events_of(text[]);
    drop table events;
    drop function notify_of_events();
  `)
}

export const eventsMigration: Knex.Migration & { readonly name: string } = { name: '0016-events', up, down }
