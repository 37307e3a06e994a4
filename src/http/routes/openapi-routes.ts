import * as t from 'io-ts'
import type { Clock } from '../../ports/clock.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import { createApiDocument } from '../openapi/api-document.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import type { DescribedRoute } from '../openapi/route-outline.ts'
import { anonymousAuthenticator } from '../request/credential.ts'
import { type AssetReply, createAssetReply } from '../response/asset-reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  /** All other routes. */
  readonly described: ReadonlyArray<DescribedRoute>
  readonly sharing: CorsPolicy
  readonly clock: Clock
}

/** The route of the API document (http-api.md §13.5). The document is made for the first request. */
export const openapiRoutes = ({ described, sharing, clock }: Deps, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('', sharing)
  let cached: AssetReply | null = null
  const createReply = (): AssetReply => {
    const text = JSON.stringify(createApiDocument([...described, ...routes.described()]))
    const asset = { contentType: 'application/json; charset=utf-8', body: Buffer.from(text) }
    return createAssetReply(asset, clock, 'public, max-age=3600')
  }

  routes.get(
    '/openapi.json',
    handle({
      about: {
        id: 'showApiDocument',
        tag: 'service',
        summary: 'Shows this document.',
        headers: ['If-None-Match'],
        replies: {
          200: jsonOf(t.UnknownRecord, 'The document, in OpenAPI 3.1.', ['ETag']),
          304: { description: 'It has not changed.', content: {}, headers: ['Cache-Control', 'ETag'] },
        },
        errors: [412],
      },
      credential: anonymousAuthenticator,
      handler: ({ incoming }) => {
        cached ??= createReply()
        return cached(incoming)
      },
    }),
  )
  return routes
}
