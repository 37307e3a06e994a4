import type { Knex } from 'knex'

// Uids and keys are compared as bytes (collate "C"), independently of the locale.
//
// An image or content file is finished when its exports have been added, all in one transaction. Exports,
// segments and stored files are immutable.
//
// Because of the `include` columns, index-only scans answer the joins of the delivery routes, and the sum of
// the durations before a segment. Every foreign key has an index, because PostgreSQL searches for referring
// rows when it deletes a row.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table users (
      id bigint generated always as identity primary key,
      sub text collate "C" not null unique,
      admin boolean not null default false,
      created_at timestamptz not null default now()
    );

    create table s3_files (
      id bigint generated always as identity primary key,
      uid text collate "C" not null unique,
      key text collate "C" not null unique,
      content_type text not null,
      file_size bigint not null check (file_size >= 0),
      sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$')
    );
  `)
  await db.raw(`
    create table image_files (
      id bigint generated always as identity,
      uid text collate "C" not null unique,
      name text not null,
      original_s3_file_id bigint not null unique references s3_files,
      original_sha512 text collate "C" not null unique check (original_sha512 ~ '^[0-9a-f]{128}$'),
      width integer not null check (width > 0),
      height integer not null check (height > 0),
      public boolean not null default false,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      primary key (id) include (uid)
    );
    create index image_files_by_age on image_files (created_at, id);
    create index image_files_unfinished on image_files (created_at, id) where finished_at is null;

    create table image_file_exports (
      id bigint generated always as identity primary key,
      uid text collate "C" not null,
      image_file_id bigint not null references image_files on delete cascade,
      s3_file_id bigint not null unique references s3_files,
      format text not null,
      width integer not null check (width > 0),
      height integer not null check (height > 0),
      thumbhash text not null,
      unique (uid) include (image_file_id, s3_file_id, height)
    );
    create index image_file_exports_of_file on image_file_exports (image_file_id);
  `)
  await db.raw(`
    create table content_files (
      id bigint generated always as identity,
      uid text collate "C" not null unique,
      name text not null,
      original_s3_file_id bigint not null unique references s3_files,
      original_sha512 text collate "C" not null unique check (original_sha512 ~ '^[0-9a-f]{128}$'),
      duration_seconds double precision not null check (duration_seconds >= 0),
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      primary key (id) include (uid)
    );
    create index content_files_by_age on content_files (created_at, id);
    create index content_files_unfinished on content_files (created_at, id) where finished_at is null;

    create table content_file_exports (
      id bigint generated always as identity,
      uid text collate "C" not null unique,
      content_file_id bigint not null references content_files on delete cascade,
      format text not null check (format in ('m3u8', 'mp4')),
      width integer check (width > 0),
      height integer check (height > 0),
      frame_rate_num integer check (frame_rate_num > 0),
      frame_rate_den integer check (frame_rate_den > 0),
      channels integer check (channels > 0),
      sample_rate integer check (sample_rate > 0),
      codecs text[] not null,
      bandwidth bigint not null check (bandwidth >= 0),
      average_bandwidth bigint not null check (average_bandwidth >= 0),
      file_size bigint not null check (file_size >= 0),
      duration_seconds double precision not null check (duration_seconds >= 0),
      target_duration integer check (target_duration > 0),
      quality_parameters jsonb not null,
      primary key (id) include (content_file_id, uid, format, height),
      check (num_nulls(width, height, frame_rate_num, frame_rate_den) in (0, 4)),
      check (num_nulls(channels, sample_rate) in (0, 2)),
      check ((format = 'm3u8') = (target_duration is not null))
    );
    create index content_file_exports_of_file on content_file_exports (content_file_id);

    -- By far the longest table; nothing refers to a part, so it needs no id of its own.
    create table content_file_export_parts (
      uid text collate "C" not null,
      content_file_export_id bigint not null references content_file_exports on delete cascade,
      s3_file_id bigint not null unique references s3_files,
      role text collate "C" not null check (role in ('init', 'media')),
      position integer not null check (position >= 0),
      content_type text not null,
      duration_ticks bigint not null check (duration_ticks >= 0),
      timescale integer not null check (timescale > 0),
      keyframes jsonb not null,
      unique (uid) include (content_file_export_id, s3_file_id),
      primary key (content_file_export_id, role, position)
        include (uid, content_type, duration_ticks, timescale)
    );
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table content_file_export_parts, content_file_exports, content_files,
               image_file_exports, image_files, s3_files, users
  `)
}

export const libraryMigration: Knex.Migration & { readonly name: string } = { name: '0001-library', up, down }
