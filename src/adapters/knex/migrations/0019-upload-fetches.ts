import type { Knex } from 'knex'

// Files that Larder fetches from a URL (http-api.md §11.3). The query of a URL may be a secret, so the URL is dropped when
// the fetch ends. The row stays only if the fetch failed, and then says why. `job` is the uid of the job that will make
// the exports. The process that shares the folder of the upload fetches it, and has the lock of the upload meanwhile.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table upload_fetches (
      id bigint generated always as identity primary key,
      upload text collate "C" not null unique,
      admin text collate "C" not null,
      job text collate "C" not null,
      folder text collate "C" not null,
      url text,
      attempt integer not null default 0 check (attempt >= 0),
      reason text,
      created_at timestamptz not null default now(),
      ended_at timestamptz,
      check ((url is null) = (ended_at is not null)),
      check ((reason is null) = (ended_at is null))
    );
    create index upload_fetches_under_way on upload_fetches (folder, id) where ended_at is null;
    create index upload_fetches_ended on upload_fetches (ended_at) where ended_at is not null;
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table upload_fetches')
}

export const uploadFetchesMigration: Knex.Migration & { readonly name: string } = {
  name: '0019-upload-fetches',
  up,
  down,
}
