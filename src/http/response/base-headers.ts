import type { Context } from 'koa'
import type { Headers } from '../bytes/representation-headers.ts'

/** Of every response. */
export const securityHeaders: Headers = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** What a reply has whatever it says, put together on the way in and written together with its own headers. */
export const baseHeadersOf = ({ state }: Pick<Context, 'state'>): Headers => {
  const { baseHeaders }: { baseHeaders?: Headers } = state
  return baseHeaders ?? {}
}

export const setBaseHeaders = (ctx: Pick<Context, 'state'>, headers: Headers): void => {
  ctx.state.baseHeaders = headers
}
