import type { WebhookUid } from '../media/ids.ts'

/** Type of the message that an admin sends to try a webhook. */
export const testEvent = 'webhook.test'

/** Why Larder switched a webhook off: the receiver answered 410, or all tries failed for three days. */
export const offReasons = ['gone', 'failing'] as const
export type OffReason = (typeof offReasons)[number]

/** A webhook that is added. */
export type NewWebhook = {
  readonly uid: WebhookUid
  readonly url: string
  /** Types of the events that it receives; `null`: all. */
  readonly events: ReadonlyArray<string> | null
  readonly secret: string
}

/** A webhook as it is stored, without its secrets. Times are in milliseconds since 1970, by the clock of the store. */
export type Webhook = Omit<NewWebhook, 'secret'> & {
  readonly createdAt: number
  /** When and why it was switched off; `null` while it is on. */
  readonly offAt: number | null
  readonly offReason: OffReason | null
  /** Since when all tries have failed; `null` if the last one did not. */
  readonly failingSince: number | null
  readonly lastDeliveredAt: number | null
}

/** A webhook with its new secret, which is shown this once. */
export type WebhookWithSecret = { readonly webhook: Webhook; readonly secret: string }

export const deliveryStates = ['waiting', 'delivered', 'failed'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** A message for one webhook, as admins see it. Times are in milliseconds since 1970, by the clock of the store. */
export type WebhookDelivery = {
  readonly id: number
  /** Id of the message: the same for all tries, and for all webhooks that receive the event. */
  readonly event: string
  readonly type: string
  /** The uid of the file; `null` for a test. */
  readonly media: string | null
  readonly state: DeliveryState
  readonly tries: number
  /** Status and beginning of the last answer; `null` if there was none. */
  readonly status: number | null
  readonly answer: string | null
  /** Why the last try failed (one line); `null` if none did. */
  readonly error: string | null
  readonly createdAt: number
  /** Time of the last try. */
  readonly triedAt: number | null
  /** Earliest time of the next try, or when a try under way is given up; `null` if it has ended. */
  readonly nextTryAt: number | null
}

/** The right to send a delivery. Only the holder of the current lease can settle it. */
export type DeliveryLease = { readonly id: number; readonly token: string }

/** A delivery that this process has taken, with what is needed to send it. */
export type LeasedDelivery = {
  readonly lease: DeliveryLease
  readonly event: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: number
  /** Number of tries, this one included. */
  readonly tries: number
  /** Time since the first try, in milliseconds. */
  readonly triedForMs: number
  readonly webhook: WebhookUid
  readonly url: string
  /** All valid secrets, the newest first. */
  readonly secrets: ReadonlyArray<string>
  /** Number of tries of the webhook that failed since the last success. */
  readonly failuresInARow: number
}

export const webhookLimits = {
  webhooks: 100,
  urlCharacters: 2048,
  /** Size of the answer that is kept, in bytes. */
  answerBytes: 1024,
  /** Maximum time of a try in milliseconds. */
  tryMs: 10_000,
  /** Number of deliveries of one webhook that are sent at the same time. */
  lanes: 4,
  /** Number of secrets that sign at the same time. */
  secrets: 4,
  /** How long an old secret signs, too. */
  oldSecretMs: 86_400_000,
  /** How long a delivery is tried. */
  triedMs: 86_400_000,
  /** After all tries have failed for so long, the webhook is switched off. */
  failingMs: 3 * 86_400_000,
  /** After so long without a try, it is not known any more that all tries would have failed. */
  idleMs: 86_400_000,
  /** How long deliveries are stored. */
  keepMs: 7 * 86_400_000,
  /** Minimum time between two tests of a webhook. */
  testMs: 1000,
} as const
