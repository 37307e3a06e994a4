import type { Knex } from 'knex'

// `search_text` is what a search of a file looks at: the name and the title, as `media_search_text` writes them, with
// a line feed between them. A search compared the results of that function before, which took longer than everything
// else together where many files match. One index replaces those of names and of titles.
//
// PostgreSQL writes both tables anew, so viewers wait for some seconds for a million files. The older release inserts
// and changes files as before, because PostgreSQL computes the column. Its searches read all files as long as it runs.
//
// A search reads the statistics of the index to choose the rare pieces of its text, so they are short and made here.
//
// The index of public files has none of the trash, so that they are counted without a look at the files.

const tables = ['image_files', 'content_files'] as const

const trigrams = (content: string): string => `(media_trigrams(${content}) collate "C")`

const up = async (db: Knex): Promise<void> => {
  await db.raw(`lock table ${tables.join(', ')} in exclusive mode`)
  for (const table of tables)
    await db.raw(`
      drop index ${table}_by_name_trigrams, ${table}_by_title_trigrams, ${table}_public;
      alter table ${table} add column search_text text generated always as (
        media_search_text(name) || coalesce(chr(10) || media_search_text(title), '')
      ) stored;
      create index ${table}_by_trigrams on ${table} using gin (${trigrams('search_text')}) with (fastupdate = off);
      alter index ${table}_by_trigrams alter column 1 set statistics 25;
      create index ${table}_public on ${table} (created_at, id) where public and deleted_at is null;
      analyze ${table};
    `)
}

const down = async (db: Knex): Promise<void> => {
  for (const table of tables) {
    await db.raw(`
      drop index ${table}_by_trigrams, ${table}_public;
      alter table ${table} drop column search_text;
      create index ${table}_public on ${table} (created_at, id) where public;
    `)
    for (const column of ['name', 'title'])
      await db.raw(
        `create index ${table}_by_${column}_trigrams on ${table} using gin (${trigrams(`media_search_text(${column})`)}) with (fastupdate = off)`,
      )
  }
}

export const searchTextMigration: Knex.Migration & { readonly name: string } = {
  name: '0015-search-text',
  up,
  down,
}
