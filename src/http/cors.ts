import type { Middleware } from 'koa'
import { protecting, setBaseHeaders } from './base-headers.ts'
import type { Headers } from './bytes/representation-headers.ts'
import { writeReply } from './write-reply.ts'

const allowedHeaders = 'Authorization, Range, If-Range, If-None-Match'
const exposedHeaders = 'Content-Range, Content-Length, ETag, Cache-Status, Accept-Ranges, x-image-file-jwt'

const preflight = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': allowedHeaders,
  'Access-Control-Max-Age': '86400',
}

/** CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) for media routes; admin routes have none (http-api.md §7.4). */
export const cors = (origins: ReadonlyArray<string>): Middleware => {
  const anyOrigin = origins.includes('*')

  const allowing = (origin: string): Headers => ({
    ...protecting,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': exposedHeaders,
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Timing-Allow-Origin': origin,
  })
  const toAnybody = allowing('*')
  const toSome = (origin: string): Headers => ({
    Vary: 'Origin',
    ...(origins.includes(origin)
      ? allowing(origin)
      : { ...protecting, 'Cross-Origin-Resource-Policy': 'cross-origin' }),
  })

  return async (ctx, next) => {
    const isMedia = ctx.path.startsWith('/api/1/') && !ctx.path.startsWith('/api/1/admin')
    if (!isMedia) return next()
    setBaseHeaders(ctx, anyOrigin ? toAnybody : toSome(ctx.get('Origin')))
    if (ctx.method !== 'OPTIONS') return next()
    writeReply(ctx, { status: 204, headers: preflight, body: null })
  }
}
