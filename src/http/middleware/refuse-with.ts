import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import type { ReadyReply } from '../response/reply.ts'
import { writeReply } from '../response/response-writer.ts'

const refused = new WeakMap<IncomingMessage, ReadyReply>()

/** Has the request answered so, whatever it asks for. */
export const refuseWith = (req: IncomingMessage, reply: ReadyReply): void => {
  refused.set(req, reply)
}

/**
 * Answers what was refused before any route. Stands in front of each route, so that the reply has the headers of the
 * route (CORS), and behind all of them.
 */
export const answerRefused: Middleware = async (ctx, next) => {
  const reply = refused.get(ctx.req)
  if (reply === undefined) return next()
  return writeReply(ctx, reply)
}
