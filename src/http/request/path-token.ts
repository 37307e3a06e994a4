import type { Context, Middleware } from 'koa'

const withToken = /^\/api\/1\/~([^/]*)(\/.*)$/

/** Returns the path without the token of `/api/1/~{jwt}/…`, if it has one. */
export const withoutPathToken = (path: string): string => path.replace(withToken, '/api/1$2')

/**
 * Removes the token from `/api/1/~{jwt}/…`, so that one route serves all token carriers. Relative URIs in a
 * playlist inherit the token segment by URL resolution (http-api.md §2.2, §3).
 */
export const takePathToken: Middleware = (ctx, next) => {
  const [, jwt, rest] = withToken.exec(ctx.path) ?? []
  if (rest === undefined) return next()
  ctx.state.pathToken = jwt
  ctx.path = `/api/1${rest}`
  return next()
}

export const pathTokenOf = (ctx: Pick<Context, 'state'>): string | null => {
  const { pathToken }: { pathToken?: unknown } = ctx.state
  return typeof pathToken === 'string' ? pathToken : null
}
