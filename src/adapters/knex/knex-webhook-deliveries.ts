import * as t from 'io-ts'
import type { Knex } from 'knex'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { offReasons, webhookLimits } from '../../domain/webhooks/webhook.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { WebhookDeliveries } from '../../ports/webhook-deliveries.ts'
import { createStatements } from './statements.ts'
import { LeasedDeliveryRow, toLeasedDelivery } from './webhook-rows.ts'
import * as sql from './webhook-statements.ts'

const IdRow = t.strict({ id: t.number })
const SettledRow = t.strict({ off_reason: nullable(oneOf('off_reason', offReasons)) })

/** Stores the deliveries of webhooks in PostgreSQL. A trigger on the events adds them. */
export const createKnexWebhookDeliveries = (db: Knex): WebhookDeliveries => {
  const { run, runReturning, writeMany } = createStatements(db)
  const take = writeMany('webhook_deliveries.take', LeasedDeliveryRow, sql.takeDeliveries)
  const settle = runReturning(SettledRow, sql.settleDelivery)
  const deleteOld = writeMany('webhook_deliveries.prune', IdRow, sql.deleteOldDeliveries)
  const deleteOfRemoved = writeMany('webhook_deliveries.forget', IdRow, sql.deleteDeliveriesOfRemoved)

  return {
    claimSending: ({ machine, process }) =>
      pipe(
        run(sql.claimSending, { machine, process }),
        TE.map((claimed) => claimed === 1),
      ),
    releaseSending: ({ machine, process }) =>
      pipe(
        run('delete from webhook_senders where machine = :machine and process = :process', {
          machine,
          process,
        }),
        TE.map(() => undefined),
      ),
    take: pipe(
      take(),
      TE.map((rows) => rows.map(toLeasedDelivery)),
    ),
    settle: ({ id, token }, { result, status, answer, error, delayMs, pauseMs, isGone }) =>
      pipe(
        settle({ id, token, result, status, answer, error, delay: delayMs, pause: pauseMs, isGone }),
        TE.map((row) => {
          if (O.isNone(row)) return { result: 'lost' }
          const reason = row.value.off_reason
          return reason === null ? { result: 'settled' } : { result: 'off', reason }
        }),
      ),
    handBack: ({ id, token }) =>
      pipe(
        run(sql.handBackDelivery, { id, token }),
        TE.map(() => undefined),
      ),
    prune: (limit) =>
      pipe(
        deleteOld(webhookLimits.keepMs, limit),
        TE.flatMap((old) =>
          pipe(
            deleteOfRemoved(limit, limit),
            TE.map((removed) => old.length + removed.length),
          ),
        ),
        TE.tap((deleted) => (deleted === 0 ? run(sql.deleteRemovedWebhooks, {}) : TE.right(0))),
      ),
  }
}
