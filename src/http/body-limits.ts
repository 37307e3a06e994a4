import type { IncomingMessage } from 'node:http'
import { withoutPathToken } from './request/path-token.ts'
import type { Routes } from './routes.ts'

/**
 * Creates a function that returns the longest body (bytes) that a route accepts of a request; `null` if no
 * route reads the body. It is called before Koa runs, so that a body that no route reads is discarded from
 * the start. Hot path for GET.
 */
export const createBodyLimits =
  (allRoutes: ReadonlyArray<Pick<Routes, 'maxBodyBytes'>>) =>
  ({ method = '', url = '' }: IncomingMessage): number | null => {
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
    const [path = ''] = url.split('?', 1)
    for (const { maxBodyBytes } of allRoutes) {
      const limit = maxBodyBytes(method, withoutPathToken(path))
      if (limit !== null) return limit
    }
    return null
  }
