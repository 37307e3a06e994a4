import type { Knex } from 'knex'

// Which recipe made an export, and since when another stands in its place: a replaced export is in no list, and can be
// read by its uid until the sweep removes it.
//
// What is there already was made by the recipe before (1), as is what an older release adds beside this one. An older
// release goes on listing what was replaced, beside what replaced it, until it ends.

const tables = [
  { exports: 'image_file_exports', fileId: 'image_file_id' },
  { exports: 'content_file_exports', fileId: 'content_file_id' },
]

const up = async (db: Knex): Promise<void> => {
  for (const { exports, fileId } of tables)
    await db.raw(`
      alter table ${exports}
        add column recipe integer not null default 1 check (recipe > 0),
        add column replaced_at timestamptz;
      create index ${exports}_by_recipe on ${exports} (recipe, ${fileId}) where replaced_at is null;
      create index ${exports}_replaced on ${exports} (uid) where replaced_at is not null;
    `)
}

// Without the column all exports would be listed again, so those that were replaced go. Their objects stay.
const down = async (db: Knex): Promise<void> => {
  for (const { exports } of tables)
    await db.raw(`
      delete from ${exports} where replaced_at is not null;
      alter table ${exports} drop column recipe, drop column replaced_at;
    `)
}

export const recipes: Knex.Migration & { readonly name: string } = { name: '0005-recipes', up, down }
