import type { Knex } from 'knex'

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table events (
      id bigint generated always as identity primary key,
      xid xid8 not null default pg_current_xact_id(),
      type text collate "C" not null,
      media text collate "C",
      kind text collate "C",
      data jsonb not null,
      created_at timestamptz not null default clock_timestamp()
    );
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table events')
}

export const eventsMigration: Knex.Migration & { readonly name: string } = { name: '0016-events', up, down }
