import type { HealthService } from '../../domain/health/health-service.ts'
import { E } from '../../fp.ts'
import { pageOf } from '../openapi/reply-descriptions.ts'
import { homePage } from '../pages/home-page.ts'
import { pageHeaders } from '../pages/page.ts'
import { anonymousAuthenticator } from '../request/credential.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

/** The route of the start page, for a visitor without a link (http-api.md §13.6). */
export const homeRoutes = (health: HealthService, handle: RouteHandler): RouteGroup => {
  const routes = createRouteGroup('')
  routes.get(
    ['/', '/console'],
    handle({
      about: {
        id: 'showHome',
        tag: 'service',
        summary: 'Shows a page that says what this is, and whether it is ready.',
        replies: { 200: pageOf('The page.') },
      },
      credential: anonymousAuthenticator,
      handler: () => async () => {
        const { status } = await health.examine()
        return E.right({
          status: 200,
          headers: Object.assign({}, pageHeaders, { 'Cache-Control': 'no-store' }),
          body: homePage(status),
        })
      },
    }),
  )
  return routes
}
