import type { Knex } from 'knex'

// Time at which a file was stored, for Last-Modified. Existing files get the time of this migration.

const up = async (db: Knex): Promise<void> => {
  await db.raw('alter table s3_files add column created_at timestamptz not null default now()')
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table s3_files drop column created_at')
}

export const storedFileAgeMigration: Knex.Migration & { readonly name: string } = {
  name: '0003-stored-file-age',
  up,
  down,
}
