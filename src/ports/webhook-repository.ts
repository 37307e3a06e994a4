import type { WebhookUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { DeliveryState, NewWebhook, Webhook, WebhookDelivery } from '../domain/webhooks/webhook.ts'
import type { O, TE } from '../fp.ts'

/** What a message for a webhook became. `off`: the webhook is switched off. */
export type DeliveryChange =
  | { readonly result: 'waiting'; readonly delivery: WebhookDelivery }
  | { readonly result: 'missing' | 'off' | 'too soon' | 'under way' }

/** What the rotation of a secret became. */
export type SecretChange =
  | { readonly result: 'rotated'; readonly webhook: Webhook }
  | { readonly result: 'too often' | 'missing' }

/** The webhooks of a library and their deliveries, for admins. */
export type WebhookRepository = {
  /** Adds a webhook. Returns it as it was written, or none if there are `webhookLimits.webhooks`. */
  readonly add: (webhook: NewWebhook) => TE.TaskEither<Unavailable, O.Option<Webhook>>
  /** Lists all webhooks, the oldest first. */
  readonly list: TE.TaskEither<Unavailable, ReadonlyArray<Webhook>>
  readonly find: (webhook: WebhookUid) => TE.TaskEither<Unavailable, O.Option<Webhook>>
  /** Removes a webhook with its secrets, at once, and its deliveries later. Returns whether it existed. */
  readonly remove: (webhook: WebhookUid) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds a secret. The ones before also sign for `webhookLimits.oldSecretMs`. `too often`: as many secrets sign already
   * as may. `rotated` comes with the webhook as it was written.
   */
  readonly rotate: (webhook: WebhookUid, secret: string) => TE.TaskEither<Unavailable, SecretChange>
  /** Switches a webhook on. What waits for it is sent. Returns it as it was written, if it exists. */
  readonly enable: (webhook: WebhookUid) => TE.TaskEither<Unavailable, O.Option<Webhook>>
  /** Adds a test, which is sent before other deliveries. `too soon`: the last one is less than a second old. */
  readonly addTest: (webhook: WebhookUid) => TE.TaskEither<Unavailable, DeliveryChange>
  /** Lists at most `limit` deliveries, the newest first: those with ids below `before`; `null` for all. */
  readonly listDeliveries: (
    webhook: WebhookUid,
    filter: { readonly state: DeliveryState | null },
    limit: number,
    before: number | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<WebhookDelivery>>
  readonly findDelivery: (
    webhook: WebhookUid,
    id: number,
  ) => TE.TaskEither<Unavailable, O.Option<WebhookDelivery>>
  /**
   * Lets a delivery be tried again, before other deliveries, and for another day. `under way`: it is being sent now.
   */
  readonly retryDelivery: (webhook: WebhookUid, id: number) => TE.TaskEither<Unavailable, DeliveryChange>
}
