import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import type { BufferedReply } from '../response/reply.ts'
import { writeReply } from '../response/response-writer.ts'

const refused = new WeakMap<IncomingMessage, BufferedReply>()

/** Makes `sendRefusalReply` send this reply to the request, whatever its route. */
export const setRefusalReply = (req: IncomingMessage, reply: BufferedReply): void => {
  refused.set(req, reply)
}

/**
 * Replies to requests that were refused early. This middleware runs before each route's handler, so that the
 * reply has the headers of the route (CORS), and after all routes, for paths without a route.
 */
export const sendRefusalReply: Middleware = async (ctx, next) => {
  const reply = refused.get(ctx.req)
  if (reply === undefined) return next()
  return writeReply(ctx, reply)
}
