import type { WebhookUid } from '../../domain/media/ids.ts'
import {
  testEvent,
  type Webhook,
  type WebhookDelivery,
  webhookLimits,
} from '../../domain/webhooks/webhook.ts'
import { O, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DeliveryChange, SecretChange, WebhookRepository } from '../../ports/webhook-repository.ts'
import type { MemoryDelivery, MemoryWebhooks } from './memory-webhooks.ts'

const toDelivery = ({
  webhook: _,
  data: __,
  runAt,
  leaseToken: ___,
  firstTriedAt: ____,
  ...row
}: MemoryDelivery): WebhookDelivery => ({
  ...row,
  nextTryAt: row.state === 'waiting' ? Math.max(runAt, row.createdAt) : null,
})

type Row = MemoryWebhooks['webhooks'] extends Map<unknown, infer R> ? R : never

const toWebhook = ({
  secret: _,
  oldSecrets: __,
  failures: ___,
  failedAt: ____,
  resumesAt: _____,
  testedAt: ______,
  ...webhook
}: Row): Webhook => webhook

/** Stores webhooks in memory, for tests. */
export const createMemoryWebhookRepository = (
  { webhooks, deliveries, insert, newId, setDelivery, setWebhook }: MemoryWebhooks,
  clock: Clock,
): WebhookRepository => {
  const find = (uid: WebhookUid): O.Option<Webhook> => O.map(toWebhook)(O.fromNullable(webhooks.get(uid)))

  const waiting = (id: number): DeliveryChange => {
    const row = deliveries.get(id)
    return row === undefined ? { result: 'missing' } : { result: 'waiting', delivery: toDelivery(row) }
  }

  return {
    add: ({ uid, url, events, secret }) =>
      TE.fromIO(() => {
        if (webhooks.size >= webhookLimits.webhooks) return O.none
        const row: Row = {
          ...{ uid, url, events, secret, oldSecrets: [], createdAt: clock(), offAt: null, offReason: null },
          ...{ failures: 0, failingSince: null, failedAt: null, lastDeliveredAt: null },
          ...{ resumesAt: 0, testedAt: Number.NEGATIVE_INFINITY },
        }
        webhooks.set(uid, row)
        return O.some(toWebhook(row))
      }),
    list: TE.fromIO(() => [...webhooks.values()].map(toWebhook)),
    find: (uid) => TE.fromIO(() => find(uid)),
    remove: (uid) =>
      TE.fromIO(() => {
        for (const { id, webhook } of deliveries.values()) if (webhook === uid) deliveries.delete(id)
        return webhooks.delete(uid)
      }),
    rotate: (uid, secret) =>
      TE.fromIO((): SecretChange => {
        const row = webhooks.get(uid)
        if (row === undefined) return { result: 'missing' }
        const valid = row.oldSecrets.filter(({ until }) => until > clock())
        if (valid.length >= webhookLimits.secrets - 1) return { result: 'too often' }
        const oldest = { secret: row.secret, until: clock() + webhookLimits.oldSecretMs }
        setWebhook(uid, { secret, oldSecrets: [oldest, ...valid] })
        return { result: 'rotated', webhook: toWebhook(row) }
      }),
    enable: (uid) =>
      TE.fromIO(() => {
        setWebhook(uid, { offAt: null, offReason: null, failures: 0, failingSince: null, resumesAt: 0 })
        return find(uid)
      }),
    addTest: (uid) =>
      TE.fromIO((): DeliveryChange => {
        const row = webhooks.get(uid)
        if (row === undefined) return { result: 'missing' }
        if (row.offAt !== null) return { result: 'off' }
        if (row.testedAt > clock() - webhookLimits.testMs) return { result: 'too soon' }
        setWebhook(uid, { testedAt: clock(), resumesAt: 0 })
        const message = { event: `ev_${newId()}`, type: testEvent, media: null, data: { uid } }
        return waiting(insert({ ...message, webhook: uid, runAt: 0 }).id)
      }),
    listDeliveries: (uid, { state }, limit, before) =>
      TE.fromIO(() =>
        [...deliveries.values()]
          .filter((row) => row.webhook === uid && (state === null || row.state === state))
          .filter(({ id }) => id < (before ?? Infinity))
          .sort((a, b) => b.id - a.id)
          .slice(0, limit)
          .map(toDelivery),
      ),
    findDelivery: (uid, id) =>
      TE.fromIO(() => {
        const row = deliveries.get(id)
        return row?.webhook === uid ? O.some(toDelivery(row)) : O.none
      }),
    retryDelivery: (uid, id) =>
      TE.fromIO((): DeliveryChange => {
        const webhook = webhooks.get(uid)
        const row = deliveries.get(id)
        if (webhook === undefined) return { result: 'missing' }
        if (webhook.offAt !== null) return { result: 'off' }
        if (row?.webhook !== uid) return { result: 'missing' }
        if (row.leaseToken !== null && row.runAt > clock()) return { result: 'under way' }
        setDelivery(id, { state: 'waiting', runAt: 0, leaseToken: null, tries: 0, firstTriedAt: null })
        setWebhook(uid, { resumesAt: 0 })
        return waiting(id)
      }),
  }
}
