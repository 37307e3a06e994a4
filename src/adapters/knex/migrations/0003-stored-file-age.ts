import type { Knex } from 'knex'

// Last-Modified of the bytes. What was stored before this release counts as stored when it came.

const up = async (db: Knex): Promise<void> => {
  await db.raw('alter table s3_files add column created_at timestamptz not null default now()')
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table s3_files drop column created_at')
}

export const storedFileAge: Knex.Migration & { readonly name: string } = {
  name: '0003-stored-file-age',
  up,
  down,
}
