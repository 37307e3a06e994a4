import { expect } from 'chai'
import { createRandomUid } from '../../src/adapters/crypto/random-uid.ts'
import type { WebhookUid } from '../../src/domain/media/ids.ts'
import type { DeliveryOutcome } from '../../src/domain/webhooks/delivery-outcome.ts'
import type { LeasedDelivery, NewWebhook } from '../../src/domain/webhooks/webhook.ts'
import { O } from '../../src/fp.ts'
import type { WebhookDeliveries } from '../../src/ports/webhook-deliveries.ts'
import type { WebhookRepository } from '../../src/ports/webhook-repository.ts'
import { right } from './expect-right.ts'

/** A store of webhooks, and what happens to it in tests. */
export type WebhookScene = {
  readonly webhooks: WebhookRepository
  readonly deliveries: WebhookDeliveries
  /** Writes an event to the event log. */
  readonly addEvent: (type: string, media: string, data?: Readonly<Record<string, unknown>>) => Promise<void>
  /** Lets time pass, for the store. */
  readonly advance: (ms: number) => Promise<void>
}

export const aNewWebhook = (changed: Partial<NewWebhook> = {}): NewWebhook => ({
  uid: createRandomUid(null).webhook(),
  url: 'https://app.example.org/hook',
  events: null,
  secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  ...changed,
})

export const anOutcome = (changed: Partial<DeliveryOutcome> = {}): DeliveryOutcome => ({
  result: 'delivered',
  status: 200,
  answer: 'ok',
  error: null,
  delayMs: 0,
  pauseMs: 0,
  isGone: false,
  ...changed,
})

export const aFailure = (changed: Partial<DeliveryOutcome> = {}): DeliveryOutcome =>
  anOutcome({
    result: 'tried again',
    status: 500,
    answer: null,
    error: 'the status of the answer was 500',
    ...changed,
  })

/** What tests of both ports do. The scene may change between calls. */
export const webhookCalls = (scene: () => WebhookScene) => {
  const take = () => right(scene().deliveries.take)
  return {
    add: async (changed: Partial<NewWebhook> = {}) => {
      const webhook = aNewWebhook(changed)
      expect(O.isSome(await right(scene().webhooks.add(webhook)))).to.equal(true)
      return webhook
    },
    take,
    takeOne: async (): Promise<LeasedDelivery> => {
      const [taken, ...more] = await take()
      if (taken === undefined || more.length > 0) return expect.fail(`${more.length} more deliveries`)
      return taken
    },
    settle: ({ lease }: LeasedDelivery, outcome = anOutcome()) =>
      right(scene().deliveries.settle(lease, outcome)),
    list: (uid: WebhookUid, state: 'failed' | null = null) =>
      right(scene().webhooks.listDeliveries(uid, { state }, 100, null)),
    find: async (uid: WebhookUid) => {
      const found = await right(scene().webhooks.find(uid))
      return O.isSome(found) ? found.value : expect.fail('there is no such webhook')
    },
  }
}
