import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { WebhookUid } from '../../domain/media/ids.ts'
import { notFound } from '../../domain/shared/errors.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import { PageLimit, PageStart } from '../../domain/shared/query-numbers.ts'
import { deliveryStates, type WebhookDelivery } from '../../domain/webhooks/webhook.ts'
import { DeliveryJson, deliveryAsJson } from '../../domain/webhooks/webhook-json.ts'
import type { WebhookService } from '../../domain/webhooks/webhook-service.ts'
import { pipe, TE } from '../../fp.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { ByUid, namedByUid } from '../request/named-by-uid.ts'
import { pageLimitOf, toPage } from '../request/page-query.ts'
import { jsonReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = { readonly admins: AdminService; readonly webhookService: WebhookService }

const ListQuery = t.partial({
  state: oneOf('delivery_state', deliveryStates),
  limit: PageLimit,
  after: PageStart,
})
const DeliveryPage = t.strict(
  { items: t.readonlyArray(DeliveryJson), next: nullable(t.string) },
  'WebhookDeliveryPage',
)
/** Any texts, so that a text which names nothing gets the same reply as an unknown delivery. */
const ById = t.strict({
  uid: withDescription(t.string, 'A uid.'),
  id: withDescription(t.string, 'The `id` of a delivery.'),
})

const webhookOf = namedByUid('webhook', WebhookUid)

/** Returns the id of a path. Fails with NotFound for a text that is no id. */
const deliveryIdOf = ({ id }: t.TypeOf<typeof ById>) =>
  /^[1-9]\d{0,14}$/.test(id) ? TE.right(Number(id)) : TE.left(notFound('delivery', id))

const deliveryReply = (delivery: WebhookDelivery) => jsonReply(DeliveryJson, deliveryAsJson(delivery), 202)
const oneDelivery = { 202: jsonOf(DeliveryJson, 'The delivery, which is sent soon.') }

/** The routes that test a webhook, and that list and repeat its deliveries (http-api.md §12.4). */
export const webhookDeliveryRoutes = ({ admins, webhookService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)

  routes.on(
    'POST',
    '/webhooks/:uid/test',
    handle({
      about: {
        id: 'testWebhook',
        tag: 'webhooks',
        summary: 'Sends a test, before other messages and only once. At most one a second.',
        replies: oneDelivery,
        errors: [404, 409],
      },
      credential,
      params: ByUid,
      handler: ({ params }) =>
        pipe(webhookOf(params), TE.flatMap(webhookService.test), TE.map(deliveryReply)),
    }),
  )

  routes.get(
    '/webhooks/:uid/deliveries',
    handle({
      about: {
        id: 'listWebhookDeliveries',
        tag: 'webhooks',
        summary: 'Lists the messages of the last seven days, newest first.',
        replies: { 200: jsonOf(DeliveryPage, 'A page of deliveries.') },
        errors: [404],
      },
      credential,
      params: ByUid,
      query: ListQuery,
      handler: ({ params, query: { state = null, limit: wanted, after = null } }) => {
        const limit = pageLimitOf(wanted)
        return pipe(
          webhookOf(params),
          TE.flatMap((uid) => webhookService.listDeliveries(uid, { state }, limit + 1, after)),
          TE.map((loaded) => {
            const { items, next } = toPage(loaded, limit, ({ id }) => String(id))
            return jsonReply(DeliveryPage, { items: items.map(deliveryAsJson), next })
          }),
        )
      },
    }),
  )

  routes.on(
    'POST',
    '/webhooks/:uid/deliveries/:id/retry',
    handle({
      about: {
        id: 'retryWebhookDelivery',
        tag: 'webhooks',
        summary: 'Sends a message again, before other messages, with its old id.',
        replies: oneDelivery,
        errors: [404, 409],
      },
      credential,
      params: ById,
      handler: ({ params }) =>
        pipe(
          webhookOf(params),
          TE.bindTo('uid'),
          TE.bindW('id', () => deliveryIdOf(params)),
          TE.flatMap(({ uid, id }) => webhookService.retryDelivery(uid, id)),
          TE.map(deliveryReply),
        ),
    }),
  )
  return routes
}
