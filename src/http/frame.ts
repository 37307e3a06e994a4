import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'
import type { Log } from '../ports/log.ts'
import { broken, methodNotAllowed, type Reply, routeNotFound } from './reply.ts'

/** What every response has, whatever it is: the headers that protect it, and a body of our form when none of the routes made one. */
export const frame =
  (log: Log): Middleware =>
  async (ctx, next) => {
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.set('X-Content-Type-Options', 'nosniff')
    const put = ({ status, headers, body }: Reply) => {
      ctx.status = status
      ctx.set({ ...headers })
      ctx.body = body
    }
    try {
      await next()
      if (ctx.respond !== false && ctx.status === 404 && ctx.body === undefined)
        put(unrouted(ctx as RouterContext))
    } catch (error) {
      // Koa's own answer would be plain text; and a URL may hold a token, so only the error is told.
      log.error('request.broken', {
        cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      put(broken)
    }
  }

const unrouted = ({ matched }: RouterContext): Reply => {
  const methods = new Set((matched ?? []).flatMap((layer) => layer.methods))
  return methods.size > 0 ? methodNotAllowed([...methods, 'OPTIONS'].join(', ')) : routeNotFound
}
