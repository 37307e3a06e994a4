import * as t from 'io-ts'
import type { Knex } from 'knex'
import { unavailable } from '../../domain/shared/errors.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { InvalidationBus } from '../../ports/invalidation-bus.ts'
import { openBusSession } from './bus-session.ts'
import type { PgConnection } from './create-knex.ts'
import { intervalOf } from './sql-times.ts'
import { createStatements } from './statements.ts'

/**
 * Maximum wait (milliseconds) for an answer. A connection that is silent for longer is given up, so a peer
 * that vanished is noticed this long after the next read.
 */
const answerMs = 2000

/**
 * Follows the log of PostgreSQL (migration 0008). Each session has a connection of its own: a pooled one
 * would be given to others, and would not receive notifications.
 */
export const createPostgresInvalidationBus = (
  db: Knex,
  connection: () => Promise<PgConnection>,
): InvalidationBus => {
  const { selectOne } = createStatements(db)
  const prune = selectOne(
    'background',
    'invalidation.prune',
    t.strict({ pruned: t.number }),
    `select prune_invalidation_log(${intervalOf('?')}) as pruned`,
  )
  return {
    open: (onChange) =>
      TE.tryCatch(
        async () => openBusSession(await connection(), answerMs, onChange),
        unavailable('database'),
      ),
    prune: (keepMs) =>
      pipe(
        prune(keepMs),
        TE.map((row) => (O.isSome(row) ? row.value.pruned : 0)),
      ),
  }
}
