import type { Knex } from 'knex'

// An export has both rates or neither. Older exports have neither, and their master playlists refer to no
// I-frame playlist.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table content_file_exports
      add column iframe_bandwidth bigint check (iframe_bandwidth >= 0),
      add column iframe_average_bandwidth bigint check (iframe_average_bandwidth >= 0),
      add check (num_nulls(iframe_bandwidth, iframe_average_bandwidth) in (0, 2))
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(
    'alter table content_file_exports drop column iframe_bandwidth, drop column iframe_average_bandwidth',
  )
}

export const iframeRatesMigration: Knex.Migration & { readonly name: string } = {
  name: '0002-iframe-rates',
  up,
  down,
}
