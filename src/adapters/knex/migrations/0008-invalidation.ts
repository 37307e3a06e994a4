import type { Knex } from 'knex'

// Triggers write the names of the cached values that a change makes stale to `invalidation_log`, in the
// transaction of the change. So a change by any program, also by hand, reaches the caches of all instances. The
// notification only says that there are new rows: notifications are lost while a connection is broken, and a
// payload has at most 8,000 bytes.
//
// The names are those of ports/cache-keys.ts; test/adapters/knex/invalidation-triggers.test.ts compares them.
// A change that makes no cached value stale writes nothing. Most inserts write no names of the new rows themselves,
// because the cache has no values of rows that do not exist. The flags of a new admin and of a new public picture are
// named: their absence may be cached for a while (http-api.md §9.2).
//
// The log is never empty, and its newest row is never pruned, because a follower recognises by that row that the
// log is still the one that it has read.

const log = `
  create table invalidation_log (
    id bigint generated always as identity primary key,
    keys text[] not null,
    families text[] not null default '{}',
    xid xid8 not null default pg_current_xact_id(),
    created_at timestamptz not null default clock_timestamp()
  );
  create index invalidation_log_by_xid on invalidation_log (xid);
  create index invalidation_log_by_age on invalidation_log (created_at);
  insert into invalidation_log (keys) values ('{}');

  -- The largest xid of all rows that were pruned, without those of another server, from which the database was
  -- restored: they may lie beyond the current ones.
  create table invalidation_pruning (
    singleton boolean primary key default true check (singleton),
    pruned xid8 not null default '0'
  );
  insert into invalidation_pruning default values;

  -- The serving processes. applied: everything visible in this snapshot was applied to its cache.
  create table instances (
    uid text collate "C" primary key,
    version text not null,
    started_at timestamptz not null default now(),
    heard_at timestamptz not null default now(),
    applied pg_snapshot not null,
    applied_id bigint not null,
    cache_bytes bigint not null,
    hit_ratio double precision
  );

  create table cache_purges (
    uid text collate "C" primary key,
    xid xid8 not null default pg_current_xact_id(),
    created_at timestamptz not null default now()
  );

  -- A row has at most 500 names, so that rows can be read in pages.
  create function log_invalidation(names text[]) returns void language plpgsql as $$
  begin
    insert into invalidation_log (keys)
    select array_agg(name) from (
      select name, row_number() over () as n from (select distinct unnest(names)) as each (name)
    ) as numbered group by n / 500;
    if found then perform pg_notify('larder_invalidation', ''); end if;
  end $$;

  create function log_family_invalidation(templates text[]) returns void language plpgsql as $$
  begin
    insert into invalidation_log (keys, families) values ('{}', templates);
    perform pg_notify('larder_invalidation', '');
  end $$;

  -- A truncation does not say which rows it removes. The arguments are the families of the table.
  create function invalidate_families() returns trigger language plpgsql as $$
  begin
    perform log_family_invalidation(tg_argv);
    return null;
  end $$;
`

/** The body of a trigger function. `names` is a query for the names of the stale values. */
const invalidateBy = (table: string, names: Readonly<Partial<Record<Operation, string>>>): string => `
  create function invalidate_${table}() returns trigger language plpgsql as $$
  begin
    ${Object.entries(names)
      .map(
        ([operation, query]) =>
          `if tg_op = '${operation}' then perform log_invalidation(array(${query})); end if;`,
      )
      .join('\n    ')}
    return null;
  end $$;
  ${Object.keys(names)
    .map(
      (operation) => `
  create trigger ${table}_${operation.toLowerCase()} after ${operation} on ${table}
    referencing ${transitionTables[operation as Operation]}
    for each statement execute function invalidate_${table}();`,
    )
    .join('')}
`

type Operation = 'INSERT' | 'UPDATE' | 'DELETE'

const transitionTables: Readonly<Record<Operation, string>> = {
  INSERT: 'new table as new_rows',
  UPDATE: 'old table as old_rows new table as new_rows',
  DELETE: 'old table as old_rows',
}

/** Returns a query for the rows that are in only one of the transition tables, compared by these columns. */
const changed = (columns: string, where = 'true'): string => `(
  (select ${columns} from old_rows where ${where} except select ${columns} from new_rows where ${where})
  union
  (select ${columns} from new_rows where ${where} except select ${columns} from old_rows where ${where})
)`

const admins = (rows: string): string => `select 'auth:is_admin:' || sub from ${rows} r`

const publicFlags = (rows: string): string => `select 'image_files:public:' || uid from ${rows} r`

const imagePlaylists = (rows: string): string => `
  select 'image_files:playlist:' || f.uid from ${rows} r join image_files f on f.id = r.image_file_id`

const imageExports = (rows: string): string => `select 'image_files:exports:' || uid from ${rows} r`

const contentPlaylists = ['web', 'mobile', 'dash']
  .map((kind) => `'content_files:playlists:${kind}:'`)
  .join(', ')

/** Returns a query for the names of all playlists of content files, whose uids `rows` selects. */
const playlistsOf = (rows: string): string =>
  `select p.prefix || r.uid from (${rows}) r cross join unnest(array[${contentPlaylists}]) as p (prefix)`

const exportPlaylists = (rows: string): string =>
  playlistsOf(`select f.uid from ${rows} e join content_files f on f.id = e.content_file_id`)

const vods = (rows: string): string => `
  select 'content_files:vods:' || r.uid || suffix
  from ${rows} r cross join unnest(array[':meta', ':m3u', ':iframes']) as s (suffix)`

const parts = (rows: string): string => `select 'content_files:exports:parts:' || uid from ${rows} r`

/**
 * Everything that is made from the parts of exports that still exist. The exports are reduced to different ones first:
 * each of 10,000 rows would be joined with all 10,000 parts of its export.
 */
const ofPartsExports = (rows: string): string => {
  const exports = `(select distinct content_file_export_id from ${rows} part)`
  return `
    ${vods(`(select e.uid from ${exports} r join content_file_exports e on e.id = r.content_file_export_id)`)}
    union all
    ${exportPlaylists(`(select e.content_file_id from ${exports} r join content_file_exports e on e.id = r.content_file_export_id)`)}
    union all
    ${parts(`(select p.uid from ${exports} r join content_file_export_parts p using (content_file_export_id))`)}`
}

const up = async (db: Knex): Promise<void> => {
  await db.raw(log)
  await db.raw(
    invalidateBy('users', {
      INSERT: admins('(select sub from new_rows where admin)'),
      UPDATE: admins(changed('sub', 'admin')),
      DELETE: admins('(select sub from old_rows where admin)'),
    }),
  )
  await db.raw(
    invalidateBy('image_files', {
      INSERT: publicFlags('(select uid from new_rows where public)'),
      UPDATE: publicFlags(changed('uid', 'public')),
      DELETE: `
        ${publicFlags('(select uid from old_rows where public)')}
        union all
        select 'image_files:playlist:' || uid from old_rows where finished_at is not null`,
    }),
  )
  await db.raw(
    invalidateBy('image_file_exports', {
      INSERT: imagePlaylists('(select image_file_id from new_rows where replaced_at is null)'),
      UPDATE: `
        ${imagePlaylists(changed('image_file_id, uid, s3_file_id, format, width, height, thumbhash', 'replaced_at is null'))}
        union all
        ${imageExports(changed('uid, image_file_id, s3_file_id, height'))}`,
      DELETE: `
        ${imagePlaylists('(select image_file_id from old_rows where replaced_at is null)')}
        union all
        ${imageExports('old_rows')}`,
    }),
  )
  await db.raw(
    invalidateBy('content_files', {
      UPDATE: playlistsOf(changed('uid, duration_seconds', 'finished_at is not null')),
      DELETE: playlistsOf('select uid from old_rows where finished_at is not null'),
    }),
  )
  const exportFacts = 'id, uid, content_file_id, format, height, target_duration'
  await db.raw(
    invalidateBy('content_file_exports', {
      INSERT: exportPlaylists('(select content_file_id from new_rows where replaced_at is null)'),
      UPDATE: `
        ${exportPlaylists(changed('*', 'replaced_at is null'))}
        union all
        ${vods(changed(exportFacts))}
        union all
        ${parts(`(select p.uid from ${changed(exportFacts)} r join content_file_export_parts p on p.content_file_export_id = r.id)`)}`,
      DELETE: `
        ${exportPlaylists('(select content_file_id from old_rows where replaced_at is null)')}
        union all
        ${vods(`(select uid from old_rows where format = 'm3u8')`)}`,
    }),
  )
  await db.raw(
    invalidateBy('content_file_export_parts', {
      INSERT: ofPartsExports('new_rows'),
      UPDATE: `${ofPartsExports(changed('*'))} union all ${parts(changed('*'))}`,
      DELETE: `${ofPartsExports('old_rows')} union all ${parts('old_rows')}`,
    }),
  )
  await db.raw(
    invalidateBy('s3_files', {
      UPDATE: `
        ${imageExports(`(select e.uid from ${changed('*')} r join image_file_exports e on e.s3_file_id = r.id)`)}
        union all
        ${imagePlaylists(`(select e.image_file_id from ${changed('*')} r join image_file_exports e on e.s3_file_id = r.id)`)}
        union all
        ${parts(`(select p.uid from ${changed('*')} r join content_file_export_parts p on p.s3_file_id = r.id)`)}`,
    }),
  )
  for (const [table, families] of Object.entries(truncated))
    await db.raw(
      `create trigger ${table}_truncate after truncate on ${table} for each statement execute function invalidate_families(${families.map((name) => `'${name}'`).join(', ')})`,
    )
}

const ofExportedFiles = [
  'content_files:playlists:web:{uid}',
  'content_files:playlists:mobile:{uid}',
  'content_files:playlists:dash:{uid}',
]
const ofParts = [
  ...ofExportedFiles,
  'content_files:exports:parts:{uid}',
  'content_files:vods:{uid}:meta',
  'content_files:vods:{uid}:m3u',
  'content_files:vods:{uid}:iframes',
]

/** PostgreSQL also truncates the tables that refer to a truncated table, and runs their triggers. */
const truncated: Readonly<Record<string, ReadonlyArray<string>>> = {
  users: ['auth:is_admin:{sub}'],
  image_files: ['image_files:public:{uid}'],
  image_file_exports: ['image_files:playlist:{uid}', 'image_files:exports:{uid}'],
  content_files: ofExportedFiles,
  content_file_export_parts: ofParts,
}

const down = async (db: Knex): Promise<void> => {
  for (const table of [...Object.keys(truncated), 'content_file_exports', 's3_files'])
    await db.raw(`drop function if exists invalidate_${table}() cascade`)
  await db.raw(`
    drop function invalidate_families() cascade;
    drop function log_family_invalidation(text[]);
    drop function log_invalidation(text[]);
    drop table invalidation_log, invalidation_pruning, instances, cache_purges;
  `)
}

export const invalidationMigration: Knex.Migration & { readonly name: string } = {
  name: '0008-invalidation',
  up,
  down,
}
