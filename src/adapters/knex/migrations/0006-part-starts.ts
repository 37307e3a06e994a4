import type { Knex } from 'knex'

// Adds the start of a media segment in seconds from the start of its export, so that reading one segment
// does not sum up all earlier ones. The unit is not a tick, because two segments may have different
// timescales.
// A segment that an older release adds, before or after this migration, has no start. It is computed when
// the segment is read. The migration does not fill the column, because that would lock the table for a
// minute per million segments, and all reads of films would fail meanwhile. Adding a column without a
// default takes no time.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table content_file_export_parts
      add column start_seconds double precision
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table content_file_export_parts drop column start_seconds')
}

export const partStartsMigration: Knex.Migration & { readonly name: string } = {
  name: '0006-part-starts',
  up,
  down,
}
