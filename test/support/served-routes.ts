import Router from '@koa/router'
import { normalizeRoute } from './contract.ts'
import { createMemoryLarder, listen } from './memory-larder.ts'

/**
 * Returns every route of the app's routers, in the form of `normalizeRoute`. HEAD and OPTIONS come with GET
 * (http-api.md §1.5, §7.4).
 */
export const servedRoutes = async (): Promise<ReadonlyArray<string>> => {
  const routers = new Set<Router>()
  const { routes } = Router.prototype
  Router.prototype.routes = function (this: Router) {
    routers.add(this)
    return routes.call(this)
  }
  try {
    const server = await listen(await createMemoryLarder())
    await server.close()
  } finally {
    Router.prototype.routes = routes
  }
  return [...routers].flatMap(({ stack }) =>
    stack.flatMap(({ methods, path }) =>
      methods
        .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
        .map((method) => normalizeRoute(`${method} ${path}`)),
    ),
  )
}

/** Returns whether the path of a request, without its query, is that of a served route. */
export const isPathOf = (route: string, path: string): boolean =>
  new RegExp(
    `^${route
      .replace(/^[A-Z]+ /, '')
      .replaceAll('.', '\\.')
      .replaceAll('{}', '[^/]+')}/?$`,
  ).test(path)
