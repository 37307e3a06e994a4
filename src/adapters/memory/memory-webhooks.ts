import type { WebhookUid } from '../../domain/media/ids.ts'
import type { OffReason, Webhook, WebhookDelivery } from '../../domain/webhooks/webhook.ts'
import type { Clock } from '../../ports/clock.ts'

type WebhookRow = Omit<Webhook, 'uid'> & {
  readonly uid: WebhookUid
  readonly secret: string
  readonly oldSecrets: ReadonlyArray<{ readonly secret: string; readonly until: number }>
  readonly failures: number
  readonly failedAt: number | null
  readonly resumesAt: number
  readonly testedAt: number
  readonly offReason: OffReason | null
}

export type MemoryDelivery = Omit<WebhookDelivery, 'nextTryAt'> & {
  readonly webhook: WebhookUid
  readonly data: Readonly<Record<string, unknown>>
  readonly runAt: number
  readonly leaseToken: string | null
  readonly firstTriedAt: number | null
}

/** An event that is written to the event log. */
type MemoryEvent = {
  readonly type: string
  readonly media: string
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The webhooks and deliveries of a library in memory. Both ports share them, as the tables of PostgreSQL. */
export const createMemoryWebhooks = (clock: Clock) => {
  const webhooks = new Map<WebhookUid, WebhookRow>()
  const deliveries = new Map<number, MemoryDelivery>()
  let count = 0

  const insert = (row: Pick<MemoryDelivery, 'webhook' | 'event' | 'type' | 'media' | 'data' | 'runAt'>) => {
    count += 1
    const delivery: MemoryDelivery = {
      ...row,
      ...{ id: count, state: 'waiting', leaseToken: null, tries: 0, firstTriedAt: null, triedAt: null },
      ...{ status: null, answer: null, error: null, createdAt: clock() },
    }
    deliveries.set(count, delivery)
    return delivery
  }

  return {
    webhooks,
    deliveries,
    insert,

    newId: (): string => {
      count += 1
      return String(count)
    },

    /** Changes a delivery or a webhook that exists. */
    setDelivery: (id: number, changed: Partial<MemoryDelivery>): void => {
      const row = deliveries.get(id)
      if (row !== undefined) deliveries.set(id, { ...row, ...changed })
    },
    setWebhook: (uid: WebhookUid, changed: Partial<WebhookRow>): void => {
      const row = webhooks.get(uid)
      if (row !== undefined) webhooks.set(uid, { ...row, ...changed })
    },

    /** Adds the deliveries of an event, and forgets what is not to outlive a purged file. */
    addEvent: ({ type, media, kind, data }: MemoryEvent): void => {
      count += 1
      const event = `ev_${count}`
      if (type === 'media.purged')
        for (const row of deliveries.values())
          if (row.media === media) deliveries.set(row.id, { ...row, data: { uid: media, kind } })
      for (const { uid, offAt, events } of webhooks.values())
        if (offAt === null && (events === null || events.includes(type)))
          insert({ webhook: uid, event, type, media, data, runAt: clock() })
    },
  }
}

export type MemoryWebhooks = ReturnType<typeof createMemoryWebhooks>
