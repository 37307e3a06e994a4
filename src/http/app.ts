import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import Koa from 'koa'
import type { AdminService } from '../domain/admin/admin-service.ts'
import type { BackgroundWork } from '../domain/background/background-work.ts'
import type { ExportService } from '../domain/export/export-service.ts'
import type { HealthService } from '../domain/health/health-service.ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import type { PlaylistService } from '../domain/playlist/playlist-service.ts'
import type { VodService } from '../domain/vod/vod-service.ts'
import type { CacheStats } from '../ports/cache-stats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import { createRouteHandler } from './handle.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Limits } from './limits.ts'
import { createListBodies } from './lists/list-bodies.ts'
import { createListReply } from './lists/list-reply.ts'
import { createAdmission } from './middleware/admission.ts'
import { createCorsPolicy } from './middleware/cors.ts'
import { boundBody, refuseEarly } from './middleware/early-refusal.ts'
import { errorBoundary } from './middleware/error-boundary.ts'
import { createRefusals } from './middleware/refusals.ts'
import { answerRefused, refuseWith } from './middleware/refuse-with.ts'
import type { Traffic } from './middleware/traffic.ts'
import { createRecentPaths } from './recent-paths.ts'
import { createReplayCache } from './replay/replay-cache.ts'
import { takePathToken } from './request/path-token.ts'
import { createBytesReply } from './response/bytes-reply.ts'
import { isDisconnected, onHeadWritten } from './response/head-written.ts'
import { optionsOfAll, overloaded, type ReadyReply } from './response/reply.ts'
import type { ResponseTelemetry } from './response/response-telemetry.ts'
import { adminRoutes } from './routes/admin-routes.ts'
import { type ConsoleAssets, consoleRoutes } from './routes/console-routes.ts'
import { contentRoutes } from './routes/content-routes.ts'
import { homeRoutes } from './routes/home-routes.ts'
import { imageRoutes } from './routes/image-routes.ts'
import { serviceRoutes } from './routes/service-routes.ts'

/** Dependencies of the HTTP layer: one service for each domain, and the token verifier. */
export type AppDeps = {
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly admins: AdminService
  readonly health: HealthService
  readonly cacheStats: CacheStats
  readonly background: Pick<BackgroundWork, 'counts'>
  readonly tokens: MediaTokens
  readonly progress: ProgressStore
  readonly clock: Clock
  readonly log: Log
  readonly outages: OutageLog
  readonly corsOrigins: ReadonlyArray<string>
  readonly consoleAssets: ConsoleAssets
  readonly telling: ResponseTelemetry
  readonly limits: Limits
  readonly traffic: Traffic
  readonly lifecycle: Lifecycle
}

/** Cache of encoded lists: enough for a few hundred long ones or tens of thousands of short ones. */
const listBodyBytes = 64 * 1024 * 1024

const replayCacheBytes = 32 * 1024 * 1024

/** Limits one event-loop turn to a few milliseconds of work when every request misses the memory cache. */
const startsPerTurn = 4

const now = () => performance.now()

/** Returns the listener for all requests: early refusals and replays first, then Koa's routes. */
export const createApp = (deps: AppDeps): RequestListener => {
  const replayCache = createReplayCache({
    tokens: deps.tokens,
    clock: deps.clock,
    log: deps.log,
    maxBytes: replayCacheBytes,
    readsOrigin: !deps.corsOrigins.includes('*'),
  })
  const refusals = createRefusals()
  const { log, outages, telling, limits, traffic } = deps
  const handle = createRouteHandler({ log, outages, telling, replayCache, refusals, limits, now })
  const app = new Koa()
  // Koa would also report clients that disconnect. Our own errors are logged where they occur.
  app.silent = true
  app.use(errorBoundary(deps.log)).use(takePathToken)
  const bodies = createListBodies({ maxBytes: listBodyBytes })
  const media = {
    ...deps,
    sharing: createCorsPolicy(deps.corsOrigins),
    bytesReply: createBytesReply(deps.clock),
    listReply: createListReply(bodies, deps.clock),
  }
  for (const routes of [
    imageRoutes(media, handle),
    contentRoutes(media, handle),
    adminRoutes({ ...deps, refusals }, handle),
    serviceRoutes(deps, handle),
    homeRoutes(deps.health, handle),
    consoleRoutes(deps, handle),
  ])
    app.use(routes.middleware())
  app.use(answerRefused)
  const answerByKoa = app.callback()
  const byRoutes = (req: IncomingMessage, res: ServerResponse): void => {
    // biome-ignore lint/complexity/noVoid: Koa handles the errors of its own promise
    void answerByKoa(req, res)
  }
  const refuse = (req: IncomingMessage, res: ServerResponse, reply: ReadyReply): void => {
    refuseWith(req, reply)
    byRoutes(req, res)
  }
  const counts = traffic.requests
  const recent = createRecentPaths()
  const admit = createAdmission({ limits, counts, now, perTurn: startsPerTurn })

  const enqueue = (req: IncomingMessage, res: ServerResponse, url: string): void =>
    admit({
      isLikelyHit: recent.has(url),
      begin: (release) => {
        onHeadWritten(res, (status) => {
          if (status >= 200 && status < 300) recent.add(url)
          release()
        })
        byRoutes(req, res)
      },
      refuse: () => refuse(req, res, overloaded),
      isAbandoned: () => isDisconnected(res),
      fail: (error) => {
        deps.log.error('request.broken', { cause: String(error) })
        res.destroy()
      },
    })

  return (req, res) => {
    const early = refuseEarly(req, limits.bodyBytes)
    if (early !== null) {
      counts.refused_early += 1
      // The end of a malformed request is uncertain, so later bytes on this connection cannot be trusted.
      res.shouldKeepAlive = false
      refuse(req, res, early)
      return
    }
    if (req.headers['transfer-encoding'] !== undefined)
      boundBody(req, limits.bodyBytes, () => {
        counts.refused_early += 1
      })
    if (replayCache.answer(req, res)) return
    const url = req.url ?? ''
    if (url === '*') refuse(req, res, optionsOfAll)
    else if (isHealth(url)) byRoutes(req, res)
    else enqueue(req, res, url)
  }
}

/** Health checks bypass the admission queue (http-api.md §13.2). */
const isHealth = (url: string): boolean => /^\/(?:healthz|readyz)(?:\?|$)/.test(url)
