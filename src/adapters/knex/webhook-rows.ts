import * as t from 'io-ts'
import { WebhookUid } from '../../domain/media/ids.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { snakeCased } from '../../domain/shared/snake-cased.ts'
import { deliveryStates, type LeasedDelivery, offReasons } from '../../domain/webhooks/webhook.ts'
import { epochMilliseconds } from './sql-times.ts'

const timeColumn = (column: string): string =>
  `${epochMilliseconds(column)} as ${column.replace(/^\w+\./, '')}`

export const WebhookRow = snakeCased(
  t.strict({
    uid: WebhookUid,
    url: t.string,
    events: nullable(t.readonlyArray(t.string)),
    createdAt: t.number,
    offAt: nullable(t.number),
    offReason: nullable(oneOf('off_reason', offReasons)),
    failingSince: nullable(t.number),
    lastDeliveredAt: nullable(t.number),
  }),
)

/** The columns of WebhookRow. The row of the webhook must be named `w` in the statement. */
export const webhookColumns = `
  w.uid, w.url, w.events, w.off_reason, ${['w.created_at', 'w.off_at', 'w.failing_since'].map(timeColumn).join(', ')},
  ${epochMilliseconds('w.delivered_at')} as last_delivered_at`

export const DeliveryRow = snakeCased(
  t.strict({
    id: t.number,
    event: t.string,
    type: t.string,
    media: nullable(t.string),
    state: oneOf('delivery_state', deliveryStates),
    tries: t.number,
    status: nullable(t.number),
    answer: nullable(t.string),
    error: nullable(t.string),
    createdAt: t.number,
    triedAt: nullable(t.number),
    nextTryAt: nullable(t.number),
  }),
)

/** A delivery that comes before all others that are due has this time. */
export const beforeOthers = `timestamptz 'epoch'`

/** The columns of DeliveryRow. The row of the delivery must be named `d` in the statement. */
export const deliveryColumns = `
  d.id, d.event, d.type, d.media, d.state, d.tries, d.status, d.answer, d.error,
  ${timeColumn('d.created_at')}, ${timeColumn('d.tried_at')},
  case when d.state = 'waiting' then ${epochMilliseconds('greatest(d.run_at, d.created_at)')} end as next_try_at`

export const LeasedDeliveryRow = snakeCased(
  t.strict({
    id: t.number,
    leaseToken: t.string,
    event: t.string,
    type: t.string,
    data: t.UnknownRecord,
    createdAt: t.number,
    tries: t.number,
    triedForMs: t.number,
    webhook: WebhookUid,
    url: t.string,
    secrets: t.readonlyArray(t.string),
    failures: t.number,
  }),
)

export const toLeasedDelivery = ({
  id,
  leaseToken,
  failures,
  ...row
}: t.TypeOf<typeof LeasedDeliveryRow>): LeasedDelivery => ({
  ...row,
  lease: { id, token: leaseToken },
  failuresInARow: failures,
})
