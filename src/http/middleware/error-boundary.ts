import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'
import { errorStack } from '../../domain/shared/error-text.ts'
import type { Log } from '../../ports/log.ts'
import { securityHeaders, setBaseHeaders } from '../response/base-headers.ts'
import {
  internalServerErrorReply,
  methodNotAllowedReply,
  routeNotFoundReply,
} from '../response/error-replies.ts'
import type { BufferedReply } from '../response/reply.ts'
import { writeReply } from '../response/response-writer.ts'

/** Gives every response the security headers, and a body in Larder's error format when no route replied. */
export const errorBoundary =
  (log: Log): Middleware =>
  async (ctx, next) => {
    setBaseHeaders(ctx, securityHeaders)
    try {
      await next()
      if (ctx.respond !== false) writeReply(ctx, unrouted(ctx as RouterContext))
    } catch (error) {
      // Koa's own reply would be plain text. A URL may contain a token, so only the error is logged.
      log.error('request.broken', { cause: errorStack(error) })
      if (!ctx.headerSent) writeReply(ctx, internalServerErrorReply)
    }
  }

const unrouted = ({ matched }: RouterContext): BufferedReply => {
  const methods = new Set((matched ?? []).flatMap((layer) => layer.methods))
  return methods.size > 0 ? methodNotAllowedReply([...methods].join(', ')) : routeNotFoundReply
}
