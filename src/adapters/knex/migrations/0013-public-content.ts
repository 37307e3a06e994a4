import type { Knex } from 'knex'

// Sounds and films can be public, too. Their flags are cached, so triggers of their own name what a change makes stale
// (0008-invalidation.ts). An insert is named like that of a public picture: the absence of the flag may be cached for a
// while.
//
// `language` is that of the sound of an export; null in what older releases made. `replaces_all`: whether a job replaces
// exports of the current recipe, too. An older release ignores it, and does nothing if no export is outdated. It
// neither reads nor writes these columns otherwise.

const named = (rows: string): string =>
  `perform log_invalidation(array(select 'content_files:public:' || uid from ${rows}));`

const publicRows = (rows: string): string => `(select uid from ${rows} where public)`

const changedRows = `(
  (${publicRows('old_rows')} except ${publicRows('new_rows')})
  union
  (${publicRows('new_rows')} except ${publicRows('old_rows')})
) r`

const triggers = {
  insert: 'new table as new_rows',
  update: 'old table as old_rows new table as new_rows',
  delete: 'old table as old_rows',
}

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table content_file_exports add column language text;
    alter table jobs add column replaces_all boolean not null default false;
    create function invalidate_public_content_files() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then ${named(`${publicRows('new_rows')} r`)} end if;
      if tg_op = 'UPDATE' then ${named(changedRows)} end if;
      if tg_op = 'DELETE' then ${named(`${publicRows('old_rows')} r`)} end if;
      return null;
    end $$;
    ${Object.entries(triggers)
      .map(
        ([operation, rows]) => `
    create trigger content_files_public_${operation} after ${operation} on content_files referencing ${rows}
      for each statement execute function invalidate_public_content_files();`,
      )
      .join('')}

    create trigger content_files_public_truncate after truncate on content_files
      for each statement execute function invalidate_families('content_files:public:{uid}');
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop trigger content_files_public_truncate on content_files;
    drop function invalidate_public_content_files() cascade;
    alter table jobs drop column replaces_all;
    alter table content_file_exports drop column language;
  `)
}

export const publicContentMigration: Knex.Migration & { readonly name: string } = {
  name: '0013-public-content',
  up,
  down,
}
