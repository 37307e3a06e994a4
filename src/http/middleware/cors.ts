import type { Middleware } from 'koa'
import type { Headers } from '../bytes/representation-headers.ts'
import { securityHeaders, setBaseHeaders } from '../response/base-headers.ts'
import { writeReply } from '../response/response-writer.ts'

/** Middleware for routes that pages of other sites may use. */
export type CorsPolicy = {
  /** Adds the CORS headers to the reply. */
  readonly share: Middleware
  /** Replies to OPTIONS requests. */
  readonly preflight: Middleware
}

const allowedHeaders = 'Authorization, Range, If-Range, If-None-Match, Last-Event-ID'
const exposedHeaders = 'Content-Range, Content-Length, ETag, Cache-Status, Accept-Ranges, x-image-file-jwt'

const preflight = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': allowedHeaders,
  'Access-Control-Max-Age': '86400',
}

/**
 * Creates the CORS policy (https://fetch.spec.whatwg.org/#http-cors-protocol) of media routes (http-api.md
 * §7.4).
 */
export const createCorsPolicy = (origins: ReadonlyArray<string>): CorsPolicy => {
  const anyOrigin = origins.includes('*')

  const headersFor = (origin: string): Headers => ({
    ...securityHeaders,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': exposedHeaders,
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Timing-Allow-Origin': origin,
  })
  const headersForAnyOrigin = headersFor('*')
  const headersForListed = (origin: string): Headers => ({
    Vary: 'Origin',
    ...(origins.includes(origin)
      ? headersFor(origin)
      : { ...securityHeaders, 'Cross-Origin-Resource-Policy': 'cross-origin' }),
  })

  return {
    share: (ctx, next) => {
      setBaseHeaders(ctx, anyOrigin ? headersForAnyOrigin : headersForListed(ctx.get('Origin')))
      return next()
    },
    preflight: (ctx) => writeReply(ctx, { status: 204, headers: preflight, body: null }),
  }
}
