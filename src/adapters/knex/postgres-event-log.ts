import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import type { EventLog } from '../../ports/event-log.ts'
import type { PgConnection } from './create-knex.ts'
import { createPrune, pieceLength } from './delete-in-pieces.ts'
import { openEventSession } from './event-session.ts'
import { intervalOf } from './sql-times.ts'

/**
 * Maximum wait (milliseconds) for an answer. A connection that is silent for longer is given up, so a peer
 * that vanished is noticed this long after the next read.
 */
const answerMs = 2000

/**
 * Removes one piece. What is left is an end of the log in the order of events: a reader whose last event is there
 * misses nothing. So nothing is removed from the first young event on, from the last one on, or from the horizon on.
 */
const prunePiece = `
  with bounds as (
    select least(
      (select e.xid from events e where e.created_at >= clock_timestamp() - ${intervalOf('?')} order by e.xid limit 1),
      (select e.xid from events e order by e.xid desc limit 1),
      pg_snapshot_xmin(pg_current_snapshot())
    ) as first_kept
  ), gone as (
    delete from events where id in (
      select e.id from events e, bounds where e.xid < first_kept order by e.xid, e.id limit ?
    ) returning id
  )
  select count(*) as pruned from gone`

/** Reads the events of PostgreSQL (migration 0016). Each session has a connection of its own. */
export const createPostgresEventLog = (
  db: Knex,
  connection: () => Promise<PgConnection>,
  pieceRows = pieceLength,
): EventLog => ({
  open: (listener) =>
    TE.tryCatch(
      async () => openEventSession(await connection(), answerMs, listener),
      unavailable('database'),
    ),
  prune: createPrune(db, 'events.prune', prunePiece, pieceRows),
})
