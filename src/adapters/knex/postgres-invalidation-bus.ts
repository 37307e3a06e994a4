import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'
import type { InvalidationBus } from '../../ports/invalidation-bus.ts'
import { openBusSession } from './bus-session.ts'
import type { PgConnection } from './create-knex.ts'
import { createPrune, pieceLength } from './delete-in-pieces.ts'
import { intervalOf } from './sql-times.ts'

/**
 * Maximum wait (milliseconds) for an answer. A connection that is silent for longer is given up, so a peer
 * that vanished is noticed this long after the next read.
 */
const answerMs = 2000

/**
 * Removes one piece, and notes it in the same statement, so that no follower misses it. Removes no row that is newer
 * than a running transaction: followers count it as perhaps unknown, so that each read would be a gap for as long as
 * that transaction runs. In place of the function of migration 0008, which removes everything at once.
 */
const prunePiece = `
  with bounds as (
    select pg_snapshot_xmin(pg_current_snapshot()) as oldest, pg_snapshot_xmax(pg_current_snapshot()) as next
  ), gone as (
    delete from invalidation_log where id in (
      select id from invalidation_log, bounds
      where created_at < clock_timestamp() - ${intervalOf('?')}
        and id < (select max(id) from invalidation_log)
        and (xid < oldest or xid >= next)
      order by created_at limit ?
    ) returning xid
  ), noted as (
    update invalidation_pruning
    set pruned = greatest(
      case when pruned < next then pruned else '0' end,
      (select xid from gone where xid < next order by xid desc limit 1)
    ) from bounds
    where exists (select from gone)
  )
  select count(*) as pruned from gone`

/**
 * Follows the log of PostgreSQL (migration 0008). Each session has a connection of its own: a pooled one
 * would be given to others, and would not receive notifications.
 */
export const createPostgresInvalidationBus = (
  db: Knex,
  connection: () => Promise<PgConnection>,
  pieceRows = pieceLength,
): InvalidationBus => ({
  open: (onChange) =>
    TE.tryCatch(async () => openBusSession(await connection(), answerMs, onChange), unavailable('database')),
  prune: createPrune(db, 'invalidation.prune', prunePiece, pieceRows),
})
