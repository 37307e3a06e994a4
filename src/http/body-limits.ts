import type { IncomingMessage } from 'node:http'
import { withoutPathToken } from './request/path-token.ts'
import type { Routes } from './routes.ts'

/**
 * Returns the longest body (bytes) that a route reads of a request; `null` if none reads it. Asked before Koa
 * runs, because what no route reads is discarded from the start. Hot path for GET.
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
