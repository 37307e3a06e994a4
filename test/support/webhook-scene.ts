import type { DeliveryOutcome } from '../../src/domain/webhooks/delivery-outcome.ts'
import type { NewWebhook } from '../../src/domain/webhooks/webhook.ts'
import type { WebhookDeliveries } from '../../src/ports/webhook-deliveries.ts'
import type { WebhookRepository } from '../../src/ports/webhook-repository.ts'
import { createRandomUid } from '../../src/adapters/crypto/random-uid.ts'

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
  anOutcome({ result: 'tried again', status: 500, answer: null, error: 'the status of the answer was 500', ...changed })

