import type { Knex } from 'knex'

// Webhooks and their deliveries (http-api.md §12.4). A trigger on `events` adds a delivery for each webhook that is on, in
// the transaction of the change. `event` is the id of the message, the same for all webhooks.
//
// Deliveries have no foreign key: its check would wait for the row of a webhook that is being removed, and the change of a
// file must not wait for that, nor fail. So a removed webhook keeps its row, without its secrets, until its deliveries are
// deleted piece by piece.
//
// A leased delivery is one that is due later: when the lease ends, it is due again, whatever happened to the process. The
// index of what waits contains `run_at`, which each try changes; the pages have free space for that.
//
// The first row of `events` is no event. The title and the metadata of an erased file must not outlive it, so the deliveries of a purged file lose them.

const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table webhooks (
      id bigint generated always as identity primary key,
      uid text collate "C" not null unique,
      url text not null,
      events text[],
      secret text not null,
      old_secrets jsonb not null default '[]',
      created_at timestamptz not null default now(),
      removed_at timestamptz,
      off_at timestamptz,
      off_reason text collate "C" check (off_reason in ('gone', 'failing')),
      failures integer not null default 0,
      failing_since timestamptz,
      failed_at timestamptz,
      delivered_at timestamptz,
      resumes_at timestamptz not null default '-infinity',
      tested_at timestamptz not null default '-infinity',
      check ((off_at is null) = (off_reason is null))
    );

    create index webhooks_on on webhooks (id) where off_at is null and removed_at is null;
    create index webhooks_removed on webhooks (id) where removed_at is not null;

    create table webhook_deliveries (
      id bigint generated always as identity primary key,
      webhook_id bigint not null,
      event text collate "C" not null,
      type text collate "C" not null,
      media text collate "C",
      data jsonb not null,
      state text collate "C" not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
      run_at timestamptz not null default now(),
      lease_token uuid,
      tries integer not null default 0,
      first_tried_at timestamptz,
      tried_at timestamptz,
      status integer,
      answer text,
      error text,
      created_at timestamptz not null default now(),
      check (lease_token is null or state = 'waiting')
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
    create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, run_at, id) where state = 'waiting';
    create index webhook_deliveries_leased on webhook_deliveries (webhook_id) where lease_token is not null;
    create index webhook_deliveries_listed on webhook_deliveries (webhook_id, id);
    create index webhook_deliveries_by_state on webhook_deliveries (webhook_id, state, id);
    create index webhook_deliveries_of_media on webhook_deliveries (media) where media is not null;
    create index webhook_deliveries_by_age on webhook_deliveries (created_at);

    -- The process of each machine that sends.
    create table webhook_senders (
      machine text collate "C" primary key,
      process text collate "C" not null,
      until timestamptz not null
    );

    create function new_event_uid() returns text language sql volatile as $$
      select 'ev_' || translate(
        encode(decode(replace(cast(gen_random_uuid() as text), '-', ''), 'hex'), 'base64'), '+/=', '-_')
    $$;

    create function add_webhook_deliveries() returns trigger language plpgsql as $$
    begin
      insert into webhook_deliveries (webhook_id, event, type, media, data, created_at)
      select w.id, e.event, e.type, e.media, e.data, e.created_at
      from (select new_event_uid() as event, n.* from new_rows n offset 0) e
      join webhooks w on w.off_at is null and w.removed_at is null and (w.events is null or e.type = any(w.events))
      where e.media is not null
      order by e.id, w.id;

      update webhook_deliveries d set data = jsonb_build_object('uid', e.media, 'kind', e.kind)
      from new_rows e where e.type = 'media.purged' and d.media = e.media and d.type <> 'media.purged';
      return null;
    end $$;
    create trigger events_add_webhook_deliveries after insert on events referencing new table as new_rows
      for each statement execute function add_webhook_deliveries();
  `)
}

const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop function add_webhook_deliveries() cascade;
    drop function new_event_uid();
    drop table webhook_senders, webhook_deliveries, webhooks;
  `)
}

export const webhooksMigration: Knex.Migration & { readonly name: string } = {
  name: '0017-webhooks',
  up,
  down,
}
