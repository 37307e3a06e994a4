import type { Knex } from 'knex'

// A table with one row. The object store contains the same uid, so that a library never sweeps the store of
// another library.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table library (
      singleton boolean primary key default true check (singleton),
      uid text collate "C" not null
    );
    insert into library (uid) values ('lib_' || replace(cast(gen_random_uuid() as text), '-', ''));
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table library')
}

export const libraryUidMigration: Knex.Migration & { readonly name: string } = {
  name: '0004-library-uid',
  up,
  down,
}
