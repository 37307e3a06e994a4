import type { Unavailable } from '../domain/shared/errors.ts'
import type { DeliveryOutcome } from '../domain/webhooks/delivery-outcome.ts'
import type { DeliveryLease, LeasedDelivery, OffReason } from '../domain/webhooks/webhook.ts'
import type { TE } from '../fp.ts'

/** A process that wants to send, and its machine. */
export type SenderName = { readonly machine: string; readonly process: string }

/** `lost`: another process has the delivery, or it is gone. `off`: this try has switched the webhook off. */
type SettledDelivery =
  | { readonly result: 'lost' | 'settled' }
  | { readonly result: 'off'; readonly reason: OffReason }

/** How long a process has a delivery: longer than a try and a few tries to store its result. */
export const deliveryLeaseMs = 30_000
/** How long a process is the sender of its machine without renewing that. */
export const senderLeaseMs = 15_000

/**
 * The deliveries that wait to be sent. The store itself adds them, in the transaction that writes the event, for each
 * webhook that is on.
 */
export type WebhookDeliveries = {
  /** Makes this process the sender of its machine, or renews that. Returns `false` while another one is the sender. */
  readonly claimSending: (sender: SenderName) => TE.TaskEither<Unavailable, boolean>
  readonly releaseSending: (sender: SenderName) => TE.TaskEither<Unavailable, void>
  /**
   * Leases all deliveries that are due, for `deliveryLeaseMs`, of each webhook at most `webhookLimits.lanes` at a time,
   * and one at a time while its tries fail. A lease that is not settled ends by itself; then the delivery is due again.
   */
  readonly take: TE.TaskEither<Unavailable, ReadonlyArray<LeasedDelivery>>
  /** Stores the result of a try, and what it means for the webhook. */
  readonly settle: (
    lease: DeliveryLease,
    outcome: DeliveryOutcome,
  ) => TE.TaskEither<Unavailable, SettledDelivery>
  /** Ends a lease whose try was cut off by this process. The delivery is due at once, and the try does not count. */
  readonly handBack: (lease: DeliveryLease) => TE.TaskEither<Unavailable, void>
  /** Deletes at most `limit` old deliveries and some of removed webhooks. Returns how many. */
  readonly prune: (limit: number) => TE.TaskEither<Unavailable, number>
}
