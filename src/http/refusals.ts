import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import type { ReadyReply } from './reply.ts'
import { writeReply } from './write-reply.ts'

const refused = new WeakMap<IncomingMessage, ReadyReply>()

/** Has the request answered so, whatever it asks for. */
export const refuseWith = (req: IncomingMessage, reply: ReadyReply): void => {
  refused.set(req, reply)
}

/** Answers what was refused before any route: with the headers, and in the form, of all other errors. */
export const refusals: Middleware = async (ctx, next) => {
  const reply = refused.get(ctx.req)
  if (reply === undefined) return next()
  return writeReply(ctx, reply)
}
