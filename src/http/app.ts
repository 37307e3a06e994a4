import type { RequestListener } from 'node:http'
import { createRequestListener, type ListenerDeps } from './request-listener.ts'
import { createAllRoutes, type RouteDeps } from './routes/all-routes.ts'

/** Creates the listener with all routes. */
export const createApp = (deps: ListenerDeps & RouteDeps): RequestListener => {
  const { checkedTokens, follower, clock, monotonic, log, outages } = deps
  const { corsOrigins, responseTelemetry, limits, traffic } = deps
  return createRequestListener(
    {
      checkedTokens,
      follower,
      clock,
      monotonic,
      log,
      outages,
      corsOrigins,
      responseTelemetry,
      limits,
      traffic,
    },
    (tools) => createAllRoutes(deps, tools),
  )
}
