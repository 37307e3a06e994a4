import type { IncomingMessage } from 'node:http'
import { withoutPathToken } from './request/path-token.ts'
import type { RouteGroup } from './router.ts'

/**
 * Creates a function that returns the longest body (bytes) that a route accepts of a request; `null` if no
 * route reads the body. The function is called before Koa runs, so that a body that no route reads is
 * discarded from the start. The function must be fast for GET, because it runs for every request.
 */
export const createBodyLimits =
  (allRoutes: ReadonlyArray<Pick<RouteGroup, 'maxBodyBytes'>>) =>
  ({ method = '', url = '' }: IncomingMessage): number | null => {
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
    const [path = ''] = url.split('?', 1)
    for (const { maxBodyBytes } of allRoutes) {
      const limit = maxBodyBytes(method, withoutPathToken(path))
      if (limit !== null) return limit
    }
    return null
  }
