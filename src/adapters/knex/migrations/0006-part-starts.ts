import type { Knex } from 'knex'

// Start of a media segment (seconds from the start of its export), so that reading one segment does not sum up
// all earlier ones. In seconds, because the timescales of two segments may differ.
//
// Segments of an older release, added before or beside this one, have none: their start is computed when they are
// read. The migration does not fill them: it would lock the table for a minute per million segments, and all reads of
// films would fail meanwhile. Adding a column without a default takes no time.

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
