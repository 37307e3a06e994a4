import type { Knex } from 'knex'

// What admins list, search and change: titles, texts and metadata, and `public` for content files, too. `version`
// counts the changes of these, and nothing else. A file that was never changed has no `updated_at`.
//
// The older release neither reads nor writes these columns. All of them have a default, so that its inserts succeed
// beside this release, and an added column rewrites no table.
//
// Search needs no extension, because not every server has pg_trgm: a GIN index of PostgreSQL's own operators for
// arrays contains the three-letter pieces of each name and title. The file names are indexed before the columns are
// added: until then readers wait for nothing, and writers wait. The first lock is that of the writers, because a
// transaction that locked a row and then updates it would otherwise block this one, and be blocked by it.

const tables = ['image_files', 'content_files'] as const

/** PostgreSQL 17 and later have a collation that converts every letter to lower case in every locale. */
const selectUnicode = `
  select getdatabaseencoding() = 'UTF8' and exists (
    select from pg_collation where collname = 'pg_c_utf8'
  ) as unicode`

const trigrams = (column: string): string => `(media_trigrams(media_search_text(${column})) collate "C")`

const up = async (db: Knex): Promise<void> => {
  await db.raw(`lock table ${tables.join(', ')} in exclusive mode`)
  const { rows } = await db.raw(selectUnicode)
  const lowerCase = rows[0].unicode ? 'lower(normalize(content) collate pg_c_utf8)' : 'lower(content)'
  await db.raw(`
    create function media_search_text(content text) returns text
      language sql immutable strict parallel safe as $$ select ${lowerCase} $$;
    create function media_trigrams(content text) returns text[]
      language plpgsql immutable strict parallel safe as $$
      declare
        trigrams text[] := '{}';
      begin
        for n in 1 .. char_length(content) - 2 loop
          trigrams := trigrams || substr(content, n, 3);
        end loop;
        return trigrams;
      end $$;
  `)
  for (const table of tables)
    await db.raw(
      `create index ${table}_by_name_trigrams on ${table} using gin (${trigrams('name')}) with (fastupdate = off)`,
    )
  await db.raw('alter table content_files add column public boolean not null default false')
  for (const table of tables)
    await db.raw(`
      alter table ${table}
        add column title text,
        add column alt text,
        add column metadata jsonb not null default '{}',
        add column version bigint not null default 1,
        add column updated_at timestamptz;
      create index ${table}_by_title_trigrams on ${table} using gin (${trigrams('title')}) with (fastupdate = off);
      create index ${table}_public on ${table} (created_at, id) where public;
    `)
}

const down = async (db: Knex): Promise<void> => {
  for (const table of tables)
    await db.raw(`
      drop index ${table}_by_name_trigrams, ${table}_by_title_trigrams, ${table}_public;
      alter table ${table} drop column title, drop column alt, drop column metadata, drop column version,
        drop column updated_at;
    `)
  await db.raw(`
    alter table content_files drop column public;
    drop function media_trigrams(text);
    drop function media_search_text(text);
  `)
}

export const mediaFactsMigration: Knex.Migration & { readonly name: string } = {
  name: '0010-media-facts',
  up,
  down,
}
