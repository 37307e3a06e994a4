import * as t from 'io-ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import { WebhookUid } from '../../domain/media/ids.ts'
import { WebhookEventList } from '../../domain/webhooks/webhook-events.ts'
import {
  WebhookJson,
  WebhookWithSecretJson,
  webhookAsJson,
  webhookWithSecretAsJson,
} from '../../domain/webhooks/webhook-json.ts'
import type { WebhookService } from '../../domain/webhooks/webhook-service.ts'
import { WebhookUrl } from '../../domain/webhooks/webhook-url.ts'
import { pipe, TE } from '../../fp.ts'
import { jsonOf, nothingOf } from '../openapi/reply-descriptions.ts'
import { closedObject } from '../request/closed-object.ts'
import { bearerAuthenticator } from '../request/credential.ts'
import { jsonBody } from '../request/json-body.ts'
import { ByUid, namedByUid } from '../request/named-by-uid.ts'
import { jsonReply, noContentReply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = { readonly admins: AdminService; readonly webhookService: WebhookService }

const NewWebhookBody = closedObject(
  t.intersection([t.type({ url: WebhookUrl }), t.partial({ events: WebhookEventList })], 'NewWebhook'),
)
const WebhookList = t.strict({ items: t.readonlyArray(WebhookJson) }, 'WebhookList')

const webhookOf = namedByUid('webhook', WebhookUid)

/** The routes of webhooks, for admins (http-api.md §12.4). */
export const webhookRoutes = ({ admins, webhookService }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('/api/1/admin')
  const credential = bearerAuthenticator(admins.authenticate)
  const ofWebhook = { credential, params: ByUid } as const

  routes.on(
    'POST',
    '/webhooks',
    handle({
      about: {
        id: 'addWebhook',
        tag: 'webhooks',
        summary: 'Adds a server that is sent events from now on.',
        replies: { 201: jsonOf(WebhookWithSecretJson, 'The webhook, and its secret, which is shown once.') },
        errors: [409],
      },
      credential,
      body: jsonBody(NewWebhookBody),
      handler: ({ body: { url, events = null } }) =>
        pipe(
          webhookService.add({ url, events }),
          TE.map((added) => jsonReply(WebhookWithSecretJson, webhookWithSecretAsJson(added), 201)),
        ),
    }),
  )

  routes.get(
    '/webhooks',
    handle({
      about: {
        id: 'listWebhooks',
        tag: 'webhooks',
        summary: 'Lists the webhooks, oldest first.',
        replies: { 200: jsonOf(WebhookList, 'All webhooks.') },
      },
      credential,
      handler: () =>
        pipe(
          webhookService.list,
          TE.map((webhooks) => jsonReply(WebhookList, { items: webhooks.map(webhookAsJson) })),
        ),
    }),
  )

  routes.get(
    '/webhooks/:uid',
    handle({
      about: {
        id: 'showWebhook',
        tag: 'webhooks',
        summary: 'Shows a webhook.',
        replies: { 200: jsonOf(WebhookJson, 'The webhook.') },
        errors: [404],
      },
      ...ofWebhook,
      handler: ({ params }) =>
        pipe(
          webhookOf(params),
          TE.flatMap(webhookService.find),
          TE.map((webhook) => jsonReply(WebhookJson, webhookAsJson(webhook))),
        ),
    }),
  )

  routes.on(
    'DELETE',
    '/webhooks/:uid',
    handle({
      about: {
        id: 'removeWebhook',
        tag: 'webhooks',
        summary: 'Removes a webhook with everything that waits for it.',
        replies: { 204: nothingOf('The webhook is removed.') },
        errors: [404],
      },
      ...ofWebhook,
      handler: ({ params }) =>
        pipe(
          webhookOf(params),
          TE.flatMap(webhookService.remove),
          TE.map(() => noContentReply),
        ),
    }),
  )

  routes.on(
    'POST',
    '/webhooks/:uid/rotate',
    handle({
      about: {
        id: 'rotateWebhookSecret',
        tag: 'webhooks',
        summary: 'Makes a new secret. The one before signs, too, for a day.',
        replies: { 200: jsonOf(WebhookWithSecretJson, 'The webhook, and its new secret.') },
        errors: [404, 409],
      },
      ...ofWebhook,
      handler: ({ params }) =>
        pipe(
          webhookOf(params),
          TE.flatMap(webhookService.rotate),
          TE.map((rotated) => jsonReply(WebhookWithSecretJson, webhookWithSecretAsJson(rotated))),
        ),
    }),
  )

  routes.on(
    'POST',
    '/webhooks/:uid/enable',
    handle({
      about: {
        id: 'enableWebhook',
        tag: 'webhooks',
        summary: 'Switches a webhook on that Larder has switched off. What waits for it is sent.',
        replies: { 200: jsonOf(WebhookJson, 'The webhook is on.') },
        errors: [404],
      },
      ...ofWebhook,
      handler: ({ params }) =>
        pipe(
          webhookOf(params),
          TE.flatMap(webhookService.enable),
          TE.map((webhook) => jsonReply(WebhookJson, webhookAsJson(webhook))),
        ),
    }),
  )
  return routes
}
