import type { Knex } from 'knex'

// Last-Modified of the bytes. For older files it is the time of this migration.

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
