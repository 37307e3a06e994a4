import * as t from 'io-ts'
import { AnyUid } from '../media/ids.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Count, TimeText, UrlText } from '../shared/reply-values.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import {
  deliveryStates,
  offReasons,
  type Webhook,
  type WebhookDelivery,
  type WebhookWithSecret,
} from './webhook.ts'

const webhookMembers = {
  uid: AnyUid,
  url: UrlText,
  events: withDescription(nullable(t.readonlyArray(t.string)), 'Types of events; null: all.'),
  created_at: TimeText,
  off_at: withDescription(nullable(TimeText), 'When it was switched off; null while it is on.'),
  off_reason: withDescription(
    nullable(oneOf('off_reason', offReasons)),
    'The receiver answered 410 (gone), or all tries failed for three days (failing).',
  ),
  failing_since: withDescription(nullable(TimeText), 'Since when all tries have failed.'),
  last_delivered_at: nullable(TimeText),
}

/** A webhook as clients see it (http-api.md §12.4). */
export const WebhookJson = t.strict(webhookMembers, 'Webhook')
type WebhookJson = t.TypeOf<typeof WebhookJson>

export const WebhookWithSecretJson = t.strict(
  {
    ...webhookMembers,
    secret: withDescription(t.string, 'The key of the signatures. It is not shown again.'),
  },
  'WebhookWithSecret',
)

export const DeliveryJson = t.strict(
  {
    id: Count,
    event: withDescription(AnyUid, 'The id of the message (`webhook-id`), the same for all tries.'),
    type: t.string,
    media: withDescription(nullable(AnyUid), 'The uid of the file; null for a test.'),
    state: oneOf('delivery_state', deliveryStates),
    tries: Count,
    status: withDescription(nullable(Count), 'The status of the last answer.'),
    answer: withDescription(nullable(t.string), 'The beginning of the last answer.'),
    error: withDescription(nullable(t.string), 'Why the last try failed.'),
    created_at: TimeText,
    tried_at: withDescription(nullable(TimeText), 'Time of the last try.'),
    next_try_at: withDescription(nullable(TimeText), 'Earliest time of the next try.'),
  },
  'WebhookDelivery',
)
type DeliveryJson = t.TypeOf<typeof DeliveryJson>

const timeText = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms))

/** Returns a webhook in the form of the HTTP API. */
export const webhookAsJson = (webhook: Webhook): WebhookJson => ({
  uid: webhook.uid,
  url: webhook.url,
  events: webhook.events,
  created_at: rfc3339(webhook.createdAt),
  off_at: timeText(webhook.offAt),
  off_reason: webhook.offReason,
  failing_since: timeText(webhook.failingSince),
  last_delivered_at: timeText(webhook.lastDeliveredAt),
})

export const webhookWithSecretAsJson = ({
  webhook,
  secret,
}: WebhookWithSecret): t.TypeOf<typeof WebhookWithSecretJson> => ({ ...webhookAsJson(webhook), secret })

/** Returns a delivery in the form of the HTTP API. */
export const deliveryAsJson = (delivery: WebhookDelivery): DeliveryJson => ({
  id: delivery.id,
  event: delivery.event,
  type: delivery.type,
  media: delivery.media,
  state: delivery.state,
  tries: delivery.tries,
  status: delivery.status,
  answer: delivery.answer,
  error: delivery.error,
  created_at: rfc3339(delivery.createdAt),
  tried_at: timeText(delivery.triedAt),
  next_try_at: timeText(delivery.nextTryAt),
})
