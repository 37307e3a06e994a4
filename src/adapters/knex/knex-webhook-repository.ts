import type { Knex } from 'knex'
import type { WebhookUid } from '../../domain/media/ids.ts'
import type { Unavailable } from '../../domain/shared/errors.ts'
import { type WebhookDelivery, webhookLimits } from '../../domain/webhooks/webhook.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { DeliveryChange, SecretChange, WebhookRepository } from '../../ports/webhook-repository.ts'
import { createStatements, decodeRows, inTransaction } from './statements.ts'
import { DeliveryRow, deliveryColumns, WebhookRow, webhookColumns } from './webhook-rows.ts'
import * as sql from './webhook-statements.ts'

/** Greater than every id. */
const beyondIds = Number.MAX_SAFE_INTEGER

/** Stores webhooks in PostgreSQL. */
export const createKnexWebhookRepository = (db: Knex): WebhookRepository => {
  const { selectMany, selectOne, run, runReturning } = createStatements(db)
  const find = selectOne(
    'background',
    'webhooks.find',
    WebhookRow,
    `select ${webhookColumns} from webhooks w where w.uid = ? and w.removed_at is null`,
  )
  const selectDelivery = selectOne(
    'background',
    'webhooks.delivery',
    DeliveryRow,
    `select ${deliveryColumns} from webhooks w join webhook_deliveries d on d.webhook_id = w.id
     where w.uid = ? and w.removed_at is null and d.id = ?`,
  )
  const selectDeliveries = (state: boolean) =>
    selectMany(
      'background',
      state ? 'webhooks.deliveries_in_state' : 'webhooks.deliveries',
      DeliveryRow,
      `select ${deliveryColumns} from webhooks w cross join lateral (
         select * from webhook_deliveries one
         where one.webhook_id = w.id and one.id < ? ${state ? 'and one.state = ?' : ''}
         order by one.id desc limit ?
       ) d
       where w.uid = ? and w.removed_at is null order by d.id desc`,
    )
  const selectAll = selectDeliveries(false)
  const selectInState = selectDeliveries(true)
  const rotateSecret = runReturning(WebhookRow, sql.rotateSecret)
  const enableWebhook = runReturning(WebhookRow, sql.enableWebhook)
  const insertTest = runReturning(DeliveryRow, sql.insertTest)
  const retryDelivery = runReturning(DeliveryRow, sql.retryDelivery)

  /** Returns the result of a statement that changes a delivery, or why the webhook did not permit it. */
  const changeOf = (
    change: TE.TaskEither<Unavailable, O.Option<WebhookDelivery>>,
    uid: WebhookUid,
    otherwise: TE.TaskEither<Unavailable, DeliveryChange>,
  ): TE.TaskEither<Unavailable, DeliveryChange> =>
    pipe(
      change,
      TE.flatMap((delivery): TE.TaskEither<Unavailable, DeliveryChange> => {
        if (O.isSome(delivery)) return TE.right({ result: 'waiting', delivery: delivery.value })
        return pipe(
          find(uid),
          TE.flatMap((webhook): TE.TaskEither<Unavailable, DeliveryChange> => {
            if (O.isNone(webhook)) return TE.right({ result: 'missing' })
            return webhook.value.offAt !== null ? TE.right({ result: 'off' }) : otherwise
          }),
        )
      }),
    )

  const findDelivery: WebhookRepository['findDelivery'] = (uid, id) => selectDelivery(uid, id)

  return {
    add: ({ uid, url, events, secret }) =>
      inTransaction(db, async (trx) => {
        // Two processes that add at once would both count the same webhooks.
        await trx.raw('lock table webhooks in share row exclusive mode')
        const [row] = await trx('webhooks').whereNull('removed_at').count('* as webhooks')
        if (Number(row?.webhooks) >= webhookLimits.webhooks) return O.none
        const added = { uid, url, events: events === null ? null : [...events], secret }
        const { rows } = await trx.raw(sql.insertWebhook, added)
        return O.fromNullable(decodeRows(WebhookRow, rows)[0])
      }),
    list: selectMany(
      'background',
      'webhooks.list',
      WebhookRow,
      `select ${webhookColumns} from webhooks w where w.removed_at is null order by w.id`,
    )(),
    find,
    remove: (uid) =>
      pipe(
        run(sql.removeWebhook, { uid }),
        TE.map((changed) => changed === 1),
      ),
    rotate: (uid, secret) =>
      pipe(
        rotateSecret({ uid, secret }),
        TE.flatMap(
          (rotated): TE.TaskEither<Unavailable, SecretChange> =>
            O.isSome(rotated)
              ? TE.right({ result: 'rotated', webhook: rotated.value })
              : pipe(
                  find(uid),
                  TE.map((webhook) => ({ result: O.isSome(webhook) ? 'too often' : 'missing' })),
                ),
        ),
      ),
    enable: (uid) => enableWebhook({ uid }),
    addTest: (uid) => changeOf(insertTest({ uid }), uid, TE.right({ result: 'too soon' })),
    listDeliveries: (uid, { state }, limit, before) =>
      state === null
        ? selectAll(before ?? beyondIds, limit, uid)
        : selectInState(before ?? beyondIds, state, limit, uid),
    findDelivery,
    retryDelivery: (uid, id) =>
      changeOf(
        retryDelivery({ uid, id }),
        uid,
        pipe(
          findDelivery(uid, id),
          TE.map((delivery): DeliveryChange => ({ result: O.isSome(delivery) ? 'under way' : 'missing' })),
        ),
      ),
  }
}
