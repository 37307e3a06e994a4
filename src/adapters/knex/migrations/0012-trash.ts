import type { Knex } from 'knex'

/** Prefix of the names that announce a takedown, as in ports/trash.ts. A migration never changes. */
const takenDownPrefix = 'taken_down:'

// Files that are deleted stay in their tables until they are purged. A file whose `deleted_at` is set is in the trash.
// `grace_until`: the segments of a deleted film are served until a sweep sets it to null. `taken_down`: nothing of the
// file is served any more, and `taken_down` has a row for it, which outlives the file: it has the SHA-512 that is refused,
// and the stored files that each instance deletes from its disk, also one that was off for longer than the log is kept.
//
// A purge deletes the rows of a file and adds the keys of its objects to `purged_objects`, in one transaction. So no row
// names an object that may be gone, and every object has a row until it is certainly deleted.
//
// The older release inserts and reads files without these columns. It serves deleted files as long as it runs.

const tables = ['image_files', 'content_files'] as const

const up = async (db: Knex): Promise<void> => {
  await db.raw(`lock table ${tables.join(', ')} in exclusive mode`)
  await db.raw(`
    create table taken_down (
      uid text collate "C" primary key,
      sha512 text collate "C" not null,
      blobs text[] not null,
      created_at timestamptz not null default now()
    );
    create index taken_down_by_original on taken_down (sha512);
    create table purged_objects (
      key text collate "C" primary key,
      media text collate "C" not null
    );
    create index purged_objects_of_media on purged_objects (media, key);
    alter table library add column has_purged boolean not null default false;
  `)
  for (const table of tables)
    await db.raw(`
      alter table ${table}
        add column deleted_at timestamptz,
        add column purge_after timestamptz,
        add column taken_down boolean not null default false,
        add check ((deleted_at is null) = (purge_after is null)),
        add check (deleted_at is not null or not taken_down);
      create index ${table}_kept on ${table} (created_at, id) where deleted_at is null;
      create index ${table}_deleted on ${table} (created_at, id) where deleted_at is not null;
      create index ${table}_expiry on ${table} (purge_after) where deleted_at is not null;
    `)
  await db.raw(`
    alter table content_files
      add column grace_until timestamptz,
      add check (grace_until is null or (deleted_at is not null and not taken_down));
    create index content_files_graces on content_files (grace_until) where grace_until is not null;
  `)
  await db.raw(triggers)
}

/** Returns a query for the rows that a change puts into the trash, takes out of it, or deletes for ever. */
const changed = (columns: string): string => `(
  (select ${columns} from old_rows except select ${columns} from new_rows)
  union
  (select ${columns} from new_rows except select ${columns} from old_rows)
)`

const moved = changed('id, uid, deleted_at is null')
const partsMoved = changed('id, deleted_at is null or grace_until is not null')
const takenDown =
  '(select id, uid from new_rows where taken_down except select id, uid from old_rows where taken_down)'

const blobNames = (ids: string): string =>
  `select 's3_files:' || s.uid from (${ids}) r (id) join s3_files s on s.id = r.id`

const triggers = `
  create function invalidate_deleted_image_files() returns trigger language plpgsql as $$
  begin
    perform log_invalidation(array(
      select p.prefix || r.uid from ${moved} r
      cross join unnest(array['image_files:public:', 'image_files:playlist:']) as p (prefix)
      union all
      select 'image_files:exports:' || e.uid from ${moved} r join image_file_exports e on e.image_file_id = r.id
      union all
      select '${takenDownPrefix}' || uid from ${takenDown} r
    ));
    -- Blobs come later in the log: as long as a value names one, a reader may put it back on the disk.
    perform log_invalidation(array(
      ${blobNames(`
        select e.s3_file_id from ${takenDown} r join image_file_exports e on e.image_file_id = r.id
        union all
        select f.original_s3_file_id from ${takenDown} r join image_files f on f.id = r.id`)}
    ));
    return null;
  end $$;
  create trigger image_files_deletion after update on image_files
    referencing old table as old_rows new table as new_rows
    for each statement execute function invalidate_deleted_image_files();

  create function invalidate_deleted_content_files() returns trigger language plpgsql as $$
  begin
    perform log_invalidation(array(
      select p.prefix || r.uid from ${moved} r
      cross join unnest(array[
        'content_files:public:', 'content_files:playlists:web:', 'content_files:playlists:mobile:',
        'content_files:playlists:dash:'
      ]) as p (prefix)
      union all
      select 'content_files:vods:' || e.uid || s.suffix
      from ${moved} r join content_file_exports e on e.content_file_id = r.id
      cross join unnest(array[':meta', ':m3u', ':iframes']) as s (suffix)
      union all
      select 'content_files:exports:parts:' || p.uid
      from ${partsMoved} r join content_file_exports e on e.content_file_id = r.id
      join content_file_export_parts p on p.content_file_export_id = e.id
      union all
      select '${takenDownPrefix}' || uid from ${takenDown} r
    ));
    -- Blobs come later in the log: as long as a value names one, a reader may put it back on the disk.
    perform log_invalidation(array(
      ${blobNames(`
        select p.s3_file_id from ${takenDown} r join content_file_exports e on e.content_file_id = r.id
        join content_file_export_parts p on p.content_file_export_id = e.id
        union all
        select f.original_s3_file_id from ${takenDown} r join content_files f on f.id = r.id`)}
    ));
    return null;
  end $$;
  create trigger content_files_deletion after update on content_files
    referencing old table as old_rows new table as new_rows
    for each statement execute function invalidate_deleted_content_files();

  -- The bytes of a deleted stored file leave the disks of all instances.
  create function invalidate_deleted_s3_files() returns trigger language plpgsql as $$
  begin
    perform log_invalidation(array(select 's3_files:' || uid from old_rows));
    return null;
  end $$;
  create trigger s3_files_delete after delete on s3_files
    referencing old table as old_rows
    for each statement execute function invalidate_deleted_s3_files();
`

// Files in the trash would be served again, so this fails as long as there are any.
const down = async (db: Knex): Promise<void> => {
  for (const table of tables)
    await db.raw(`
      do $$ begin
        if exists (select from ${table} where deleted_at is not null) then
          raise exception 'files are in the trash: restore or purge them first';
        end if;
      end $$;
      drop function invalidate_deleted_${table}() cascade;
      alter table ${table} drop column deleted_at, drop column purge_after, drop column taken_down;
    `)
  await db.raw(`
    drop function invalidate_deleted_s3_files() cascade;
    alter table content_files drop column grace_until;
    alter table library drop column has_purged;
    drop table taken_down, purged_objects;
  `)
}

export const trashMigration: Knex.Migration & { readonly name: string } = { name: '0012-trash', up, down }
