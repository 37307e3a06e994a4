import type { RequestListener } from 'node:http'
import { createRequestListener, type ListenerDeps } from './request-listener.ts'
import { createAllRoutes, type RouteDeps } from './routes/all-routes.ts'

/** Creates the listener with all routes. */
export const createApp = (deps: ListenerDeps & RouteDeps): RequestListener =>
  createRequestListener(deps, (tools) => createAllRoutes(deps, tools))
