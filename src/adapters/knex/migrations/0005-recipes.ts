import type { Knex } from 'knex'

// Adds the recipe of an export, and the time at which another export replaced it. A replaced export is in no
// playlist, but can be read by its uid until the sweep removes it.
//
// Existing exports get recipe 1. If an older release still runs, its new exports get recipe 1, too, and it
// lists replaced exports together with their replacements.

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

// Without the column `replaced_at`, replaced exports would be listed again, so they are deleted. Their
// objects stay.
const down = async (db: Knex): Promise<void> => {
  for (const { exports } of tables)
    await db.raw(`
      delete from ${exports} where replaced_at is not null;
      alter table ${exports} drop column recipe, drop column replaced_at;
    `)
}

export const recipesMigration: Knex.Migration & { readonly name: string } = { name: '0005-recipes', up, down }
