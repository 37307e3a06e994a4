import type { Knex } from 'knex'

// Uploads, and the tickets by which others than admins begin them (http-api.md §11.2). The bytes are in the folder
// `folder` of one machine, or of several that share it. `received_offset` bytes are certainly on disk, and `hashes` is the state
// of their SHA-512, so that no process reads them again. An upload that is received has the uid of its file before the
// library has it.
//
// A ticket is found by its SHA-256. `used` counts the uploads that were begun with it.
//
// A file that came by a ticket has `:` and its uid after its SHA-512, so that it equals no other file: neither is found by
// the bytes of the other. A check of the longer form is not validated, because the old one held for every row.

const files = ['image_files', 'content_files']

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table upload_tickets (
      id bigint generated always as identity primary key,
      uid text collate "C" not null unique,
      sha256 text collate "C" not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
      admin text collate "C" not null,
      max_bytes bigint not null check (max_bytes > 0),
      kinds text[] not null check (cardinality(kinds) > 0),
      count integer not null check (count > 0),
      used integer not null default 0 check (used between 0 and count),
      origins text[],
      title text,
      public boolean not null default false,
      metadata jsonb not null default '{}',
      view boolean not null default false,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    create index upload_tickets_of_admin on upload_tickets (admin);
    create index upload_tickets_expiry on upload_tickets (expires_at);

    create table uploads (
      id bigint generated always as identity primary key,
      uid text collate "C" not null unique,
      admin text collate "C",
      ticket text collate "C",
      ticket_admin text collate "C",
      protocol text collate "C" not null check (protocol in ('tus', 'multipart', 'url')),
      folder text collate "C" not null,
      state text collate "C" not null default 'receiving'
        check (state in ('receiving', 'received', 'in_library', 'refused')),
      length bigint check (length >= 0),
      announced bigint not null default 0 check (announced >= 0),
      received_offset bigint not null default 0 check (received_offset >= 0),
      hashes jsonb,
      name text not null,
      title text,
      alt text,
      public boolean not null default false,
      metadata jsonb not null default '{}',
      kinds text[],
      max_bytes bigint not null,
      deduplicates boolean not null,
      view boolean not null default false,
      sent_metadata text,
      sha512 text collate "C",
      media text collate "C",
      media_kind text collate "C" check (media_kind in ('image', 'content')),
      job text collate "C",
      reason text,
      created_at timestamptz not null default now(),
      touched_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      check ((admin is null) <> (ticket is null)),
      check (ticket is null or not deduplicates),
      check ((ticket is null) = (ticket_admin is null)),
      check (received_offset <= length),
      check (state = 'receiving' or (length is not null and sha512 is not null)),
      check (state in ('receiving', 'refused') or (media is not null and media_kind is not null)),
      check ((state = 'refused') = (reason is not null)),
      check ((state in ('in_library', 'refused')) = (ended_at is not null))
    ) with (fillfactor = 70);
    create index uploads_receiving on uploads (folder, id) where state = 'receiving';
    create index uploads_received on uploads (folder, id) where state = 'received';
    create index uploads_of_bytes on uploads (sha512) where state = 'received' and deduplicates;
    create index uploads_by_tickets on uploads (ticket_admin) where state = 'receiving' and ticket is not null;
    create index uploads_of_media on uploads (media) where media is not null;
    create index uploads_ended on uploads (ended_at) where ended_at is not null;
  `)
  for (const table of files)
    await db.raw(`
      alter table ${table} drop constraint ${table}_original_sha512_check;
      alter table ${table} add constraint ${table}_original_sha512_check
        check (original_sha512 ~ '^[0-9a-f]{128}(:[A-Za-z0-9_-]{1,80}){0,1}$') not valid;
    `)
}

// The original of a file that came by a ticket cannot be told from that of another file any more, so this fails as long
// as there are any.
const down = async (db: Knex): Promise<void> => {
  for (const table of files)
    await db.raw(`
      alter table ${table} drop constraint ${table}_original_sha512_check;
      alter table ${table} add constraint ${table}_original_sha512_check
        check (original_sha512 ~ '^[0-9a-f]{128}$');
    `)
  await db.raw('drop table uploads, upload_tickets')
}

export const uploadsMigration: Knex.Migration & { readonly name: string } = {
  name: '0018-uploads',
  up,
  down,
}
