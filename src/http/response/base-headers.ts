import type { Context } from 'koa'
import type { Headers } from '../bytes/representation-headers.ts'

/** Headers of every response. */
export const securityHeaders: Headers = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Returns the headers that middleware has collected, to be written with the reply's own headers. */
export const baseHeadersOf = ({ state }: Pick<Context, 'state'>): Headers => {
  const { baseHeaders }: { baseHeaders?: Headers } = state
  return baseHeaders ?? {}
}

export const setBaseHeaders = (ctx: Pick<Context, 'state'>, headers: Headers): void => {
  ctx.state.baseHeaders = headers
}
