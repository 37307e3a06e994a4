import type { Knex } from 'knex'

// `store_marks`: the marks that this database has given to the object store, the newest last. The store has one of them
// for as long as no other copy of the database sweeps it. The older release neither reads nor writes them.
//
// `is_kept`: the key has not the form of Larder's keys, so its object is not deleted, and the erasure of the file is not
// complete. The older release forgets these keys.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table library add column store_marks text[] not null default '{}';
    alter table purged_objects add column is_kept boolean not null default false;
    create index purged_objects_left on purged_objects (key) where not is_kept;
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table purged_objects drop column is_kept;
    alter table library drop column store_marks;
  `)
}

export const storeMarksMigration: Knex.Migration & { readonly name: string } = {
  name: '0014-store-marks',
  up,
  down,
}
