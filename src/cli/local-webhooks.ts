import type { Larder } from '../composition/larder.ts'
import { WebhookUid } from '../domain/media/ids.ts'
import { type DomainError, notFound } from '../domain/shared/errors.ts'
import { deliveryAsJson, webhookAsJson, webhookWithSecretAsJson } from '../domain/webhooks/webhook-json.ts'
import { TE } from '../fp.ts'
import type { WebhookAccess } from './library-access.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

/** The webhooks of the library of this machine. */
export const localWebhooks = ({ webhookService: service }: Pick<Larder, 'webhookService'>): WebhookAccess => {
  /** Does something with a webhook, and returns the result in the form of the HTTP API. */
  const withWebhook =
    <A, B>(work: (uid: WebhookUid) => TE.TaskEither<DomainError, A>, toJson: (result: A) => B) =>
    async (uid: string): Promise<B> =>
      toJson(await orThrowCommandError(WebhookUid.is(uid) ? work(uid) : TE.left(notFound('webhook', uid))))

  return {
    list: async () => (await orThrowCommandError(service.list)).map(webhookAsJson),
    add: async (url, events) =>
      webhookWithSecretAsJson(await orThrowCommandError(service.add({ url, events }))),
    remove: withWebhook(service.remove, () => undefined),
    rotate: withWebhook(service.rotate, webhookWithSecretAsJson),
    enable: withWebhook(service.enable, webhookAsJson),
    test: withWebhook(service.test, deliveryAsJson),
    listDeliveries: (uid, limit) =>
      withWebhook(
        (webhook) => service.listDeliveries(webhook, { state: null }, limit, null),
        (deliveries) => deliveries.map(deliveryAsJson),
      )(uid),
    findDelivery: (uid, id) =>
      withWebhook((webhook) => service.findDelivery(webhook, id), deliveryAsJson)(uid),
    retryDelivery: (uid, id) =>
      withWebhook((webhook) => service.retryDelivery(webhook, id), deliveryAsJson)(uid),
  }
}
