import Router, { type RouterContext, type RouterMiddleware } from '@koa/router'
import type { CorsPolicy } from './middleware/cors.ts'
import { sendRefusalReply } from './middleware/refusal-reply.ts'
import type { DescribedRoute } from './openapi/route-outline.ts'
import { methodNotAllowedReply } from './response/error-replies.ts'
import { writeReply } from './response/response-writer.ts'
import type { RouteMiddleware } from './route-handler.ts'

/**
 * Path of a route below the prefix of its group. It is never empty, because the router matches a path without a
 * slash for no method.
 */
type RoutePath = `/${string}`

/** Methods that change data. */
type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The routes under one path prefix. */
export type RouteGroup = {
  readonly get: (path: RoutePath | RoutePath[], answer: RouteMiddleware) => void
  readonly on: (method: WriteMethod, path: RoutePath, answer: RouteMiddleware) => void
  readonly middleware: () => RouterMiddleware
  /**
   * Returns the longest body (bytes) that the route of a request accepts; `null` if no route reads the body.
   */
  readonly maxBodyBytes: (method: string, path: string) => number | null
  /** Returns the routes of the group, in the order in which they match. */
  readonly described: () => ReadonlyArray<DescribedRoute>
}

const allMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Answers OPTIONS with methods: if there are none, with those of all routes of the path. */
const answerOptions = (ctx: RouterContext, own: ReadonlySet<string> | undefined): void => {
  const methods = own ?? new Set((ctx.matched ?? []).flatMap((layer) => layer.methods))
  const allow = allMethods.filter((method) => methods.has(method) || method === 'OPTIONS').join(', ')
  writeReply(ctx, { status: 204, headers: { Allow: allow }, body: null })
}

/**
 * Creates a group without routes. No other code matches paths. Letter case and slashes are significant.
 * Behaviour of single routes, such as CORS, depends only on the route that matches (V8). `sharing` is the CORS
 * policy; if it is `null`, pages of other sites have no access.
 */
export const createRouteGroup = (prefix: string, sharing: CorsPolicy | null = null): RouteGroup => {
  const router = new Router({ prefix, sensitive: true, strict: true })
  const bodyBytes = new Map<unknown, number | null>()
  const described: DescribedRoute[] = []
  const before = sharing === null ? [sendRefusalReply] : [sharing.share, sendRefusalReply]
  /** The methods of paths without parameters. */
  const methodsOf = new Map<string, Set<string>>()

  /** Refuses a path that another route has without parameters: `batch` is no uid. */
  const refuseLiteral: RouterMiddleware = async (ctx, next) => {
    const methods = methodsOf.get(ctx.path)
    if (methods === undefined) await next()
    else writeReply(ctx, methodNotAllowedReply([...methods, 'OPTIONS'].join(', ')))
  }

  const options: RouterMiddleware = (ctx) => answerOptions(ctx, methodsOf.get(ctx.path))

  const register = (
    method: string,
    path: RoutePath | RoutePath[],
    { middleware, maxBodyBytes, outline }: RouteMiddleware,
  ) => {
    const { length } = router.stack
    for (const one of [path].flat())
      if (!one.includes(':')) {
        const methods = methodsOf.get(prefix + one) ?? new Set()
        methodsOf.set(prefix + one, methods.add(method))
        if (method === 'GET') methods.add('HEAD')
      }
    const isLiteral = [path].flat().every((one) => !one.includes(':'))
    const guard = isLiteral ? [] : [refuseLiteral]
    router.register(path, [method], [...before, ...guard, middleware])
    for (const layer of router.stack.slice(length))
      if (maxBodyBytes !== null) bodyBytes.set(layer, maxBodyBytes)
    for (const [i, one] of [path].flat().entries())
      described.push({ method, path: `${prefix}${one}`, outline, isAlias: i > 0 })
    router.register(path, ['OPTIONS'], [...before, sharing?.preflight ?? options])
  }

  return {
    get: (path, answer) => register('GET', path, answer),
    on: register,
    middleware: () => router.routes(),
    described: () => described,
    maxBodyBytes: (method, path) => {
      if (bodyBytes.size === 0) return null
      return bodyBytes.get(router.match(path, method).pathAndMethod[0]) ?? null
    },
  }
}
