import type { Knex } from 'knex'

// Start of a media segment (seconds from the start of its export), so that reading one segment does not sum up
// all earlier ones. In seconds, because the timescales of two segments may differ.
//
// Segments that an older release adds at the same time have none: their start is computed when they are read.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table content_file_export_parts
      add column start_seconds double precision check (start_seconds >= 0);
    update content_file_export_parts p set start_seconds = starts.seconds
    from (
      select uid, coalesce(sum(cast(duration_ticks as double precision) / timescale) over (
        partition by content_file_export_id order by position
        rows between unbounded preceding and 1 preceding
      ), 0) as seconds
      from content_file_export_parts where role = 'media'
    ) starts
    where p.uid = starts.uid;
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
