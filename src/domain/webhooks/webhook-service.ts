import { E, O, pipe, TE } from '../../fp.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { DeliveryChange, WebhookRepository } from '../../ports/webhook-repository.ts'
import type { WebhookSigning } from '../../ports/webhook-signing.ts'
import type { WebhookUid } from '../media/ids.ts'
import {
  type Conflict,
  conflict,
  type NotFound,
  notFound,
  type Overloaded,
  overloaded,
  type Unavailable,
} from '../shared/errors.ts'
import {
  type DeliveryState,
  type NewWebhook,
  type Webhook,
  type WebhookDelivery,
  type WebhookWithSecret,
  webhookLimits,
} from './webhook.ts'

type Deps = {
  readonly webhooks: WebhookRepository
  readonly webhookSigning: WebhookSigning
  readonly newUid: Pick<NewUid, 'webhook'>
}

type Found<A> = TE.TaskEither<NotFound | Unavailable, A>
type ChangedDelivery = TE.TaskEither<NotFound | Conflict | Overloaded | Unavailable, WebhookDelivery>

/** Webhooks for admins. */
export type WebhookService = {
  /** Fails with Conflict if there are too many webhooks. */
  readonly add: (
    webhook: Pick<NewWebhook, 'url' | 'events'>,
  ) => TE.TaskEither<Conflict | Unavailable, WebhookWithSecret>
  readonly list: TE.TaskEither<Unavailable, ReadonlyArray<Webhook>>
  readonly find: (webhook: WebhookUid) => Found<Webhook>
  readonly remove: (webhook: WebhookUid) => Found<void>
  /** Makes a new secret. Fails with Conflict if too many secrets sign already. */
  readonly rotate: (
    webhook: WebhookUid,
  ) => TE.TaskEither<Conflict | NotFound | Unavailable, WebhookWithSecret>
  readonly enable: (webhook: WebhookUid) => Found<Webhook>
  /** Sends a test soon. Fails with Conflict if the webhook is off, and with Overloaded after another test. */
  readonly test: (webhook: WebhookUid) => ChangedDelivery
  readonly listDeliveries: (
    webhook: WebhookUid,
    filter: { readonly state: DeliveryState | null },
    limit: number,
    before: number | null,
  ) => Found<ReadonlyArray<WebhookDelivery>>
  readonly findDelivery: (webhook: WebhookUid, id: number) => Found<WebhookDelivery>
  /** Fails with Conflict if the webhook is off, or the delivery is being sent. */
  readonly retryDelivery: (webhook: WebhookUid, id: number) => ChangedDelivery
}

const isOff = conflict('the webhook is switched off: enable it first')
const isUnderWay = conflict('the message is being sent')
const isRotatedTooOften = conflict(
  `${webhookLimits.secrets} secrets of this webhook are valid: wait until one of them has ended, a day after its rotation`,
)
const areTooMany = conflict(`there are ${webhookLimits.webhooks} webhooks already: remove one first`)

export const createWebhookService = ({ webhooks, webhookSigning, newUid }: Deps): WebhookService => {
  const orMissing = (uid: WebhookUid, webhook: TE.TaskEither<Unavailable, O.Option<Webhook>>) =>
    pipe(webhook, TE.flatMapEither(E.fromOption((): NotFound | Unavailable => notFound('webhook', uid))))

  const find = (uid: WebhookUid): Found<Webhook> => orMissing(uid, webhooks.find(uid))

  const changedDelivery = (
    what: string,
    uid: string,
    change: TE.TaskEither<Unavailable, DeliveryChange>,
  ): ChangedDelivery =>
    pipe(
      change,
      TE.flatMap((changed): ChangedDelivery => {
        if (changed.result === 'waiting') return TE.right(changed.delivery)
        if (changed.result === 'too soon') return TE.left(overloaded(1))
        if (changed.result === 'missing') return TE.left(notFound(what, uid))
        return TE.left(changed.result === 'off' ? isOff : isUnderWay)
      }),
    )

  return {
    add: ({ url, events }) => {
      const uid = newUid.webhook()
      const secret = webhookSigning.newSecret()
      return pipe(
        webhooks.add({ uid, url, events, secret }),
        TE.flatMapEither(E.fromOption((): Conflict | Unavailable => areTooMany)),
        TE.map((webhook) => ({ webhook, secret })),
      )
    },
    list: webhooks.list,
    find,
    remove: (uid) =>
      pipe(
        webhooks.remove(uid),
        TE.flatMapEither((isRemoved) => (isRemoved ? E.right(undefined) : E.left(notFound('webhook', uid)))),
      ),
    rotate: (uid) => {
      const secret = webhookSigning.newSecret()
      return pipe(
        webhooks.rotate(uid, secret),
        TE.flatMap((change): ReturnType<WebhookService['rotate']> => {
          if (change.result === 'rotated') return TE.right({ webhook: change.webhook, secret })
          return TE.left(change.result === 'missing' ? notFound('webhook', uid) : isRotatedTooOften)
        }),
      )
    },
    enable: (uid) => orMissing(uid, webhooks.enable(uid)),
    test: (uid) => changedDelivery('webhook', uid, webhooks.addTest(uid)),
    listDeliveries: (uid, filter, limit, before) =>
      pipe(
        find(uid),
        TE.flatMap(() => webhooks.listDeliveries(uid, filter, limit, before)),
      ),
    findDelivery: (uid, id) =>
      pipe(
        webhooks.findDelivery(uid, id),
        TE.flatMapEither((delivery) =>
          O.isSome(delivery) ? E.right(delivery.value) : E.left(notFound('delivery', String(id))),
        ),
      ),
    retryDelivery: (uid, id) => changedDelivery('delivery', String(id), webhooks.retryDelivery(uid, id)),
  }
}
