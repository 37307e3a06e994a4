import type { Middleware } from 'koa'

const allowedHeaders = 'Authorization, Range, If-Range, If-None-Match'
const exposedHeaders = 'Content-Range, Content-Length, ETag, Cache-Status, Accept-Ranges, x-image-file-jwt'

/** CORS (https://fetch.spec.whatwg.org/#http-cors-protocol) for media routes; admin routes have none (wire.md §7.4). */
export const cors = (origins: ReadonlyArray<string>): Middleware => {
  const anyOrigin = origins.includes('*')

  return async (ctx, next) => {
    const isMedia = ctx.path.startsWith('/api/1/') && !ctx.path.startsWith('/api/1/admin')
    if (!isMedia) return next()
    const origin = ctx.get('Origin')
    if (!anyOrigin) ctx.vary('Origin')
    if (anyOrigin || origins.includes(origin)) {
      ctx.set('Access-Control-Allow-Origin', anyOrigin ? '*' : origin)
      ctx.set('Access-Control-Expose-Headers', exposedHeaders)
    }
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    if (ctx.method !== 'OPTIONS') return next()
    ctx.set('Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS')
    ctx.set('Access-Control-Allow-Headers', allowedHeaders)
    ctx.set('Access-Control-Max-Age', '86400')
    ctx.status = 204
  }
}
