import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import Koa from 'koa'
import type { CheckedMediaTokens } from '../domain/access/checked-media-tokens.ts'
import type { Follower } from '../domain/freshness/follower.ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import { overloaded, unavailable } from '../domain/shared/errors.ts'
import type { OpenStreams } from '../domain/shared/open-streams.ts'
import { withTimeout } from '../domain/shared/with-timeout.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Monotonic } from '../ports/monotonic.ts'
import { createBodyLimits } from './body-limits.ts'
import type { HttpLimits } from './http-limits.ts'
import type { ServerLifecycle } from './lifecycle.ts'
import { createAdmission } from './middleware/admission.ts'
import { discardBody, hasBody, refuseInvalidRequest, refuseLongBody } from './middleware/early-refusal.ts'
import { errorBoundary } from './middleware/error-boundary.ts'
import { createRefusals, type RefusalCounts } from './middleware/refusal-counts.ts'
import { sendRefusalReply, setRefusalReply } from './middleware/refusal-reply.ts'
import type { TrafficCounters } from './middleware/traffic-counters.ts'
import { createRecentPaths } from './recent-paths.ts'
import { createReplayCache } from './replay/replay-cache.ts'
import { takePathToken } from './request/path-token.ts'
import { toErrorReply } from './response/error-replies.ts'
import { isDisconnected, onHeadWritten } from './response/head-written.ts'
import { type BufferedReply, optionsAsteriskReply } from './response/reply.ts'
import type { ResponseTelemetry } from './response/response-telemetry.ts'
import { createRouteHandler, type RouteHandler } from './route-handler.ts'
import type { RouteGroup } from './router.ts'

/** Dependencies of the request listener that do not depend on the routes. */
export type ListenerDeps = {
  readonly checkedTokens: CheckedMediaTokens
  /** Says whether media may be served: not while what was taken down meanwhile may not have been heard. */
  readonly follower: Pick<Follower, 'mayServeMedia' | 'catchingUp'>
  readonly openStreams: OpenStreams
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly log: Log
  readonly outages: OutageLog
  readonly corsOrigins: ReadonlyArray<string>
  readonly responseTelemetry: ResponseTelemetry
  readonly limits: HttpLimits
  readonly traffic: TrafficCounters
  readonly lifecycle: ServerLifecycle
}

/** Dependencies that the request listener passes to the routes. */
export type RouteTools = { readonly handle: RouteHandler; readonly refusals: RefusalCounts }

const replayCacheBytes = 32 * 1024 * 1024

/**
 * Maximum number of requests that are started in one turn of the event loop. With this limit a turn takes a
 * few milliseconds at most, even if every request misses the memory cache.
 */
const startsPerTurn = 4

/** Maximum wait of a request for media at a start of the process (milliseconds). */
const maxStartMs = 1000

/**
 * The reply to a request that finds the admission queue full, or that has waited too long in it (http-api.md
 * §13.2).
 */
const queueRefusal = toErrorReply(overloaded(2))

/** The reply to a request for media while the changes of the library are not heard (http-api.md §9.9). */
const unheardRefusal = toErrorReply(unavailable('bus')('cut'))

/** Returns the listener for all requests. Early refusals and replays come first, then Koa's routes. */
export const createRequestListener = (
  deps: ListenerDeps,
  createAllRoutes: (tools: RouteTools) => ReadonlyArray<RouteGroup>,
): RequestListener => {
  const { checkedTokens, follower, openStreams, clock, monotonic, log, outages } = deps
  const { corsOrigins, responseTelemetry, limits, traffic, lifecycle } = deps
  const replayCache = createReplayCache({
    checkedTokens,
    openStreams,
    clock,
    log,
    maxBytes: replayCacheBytes,
    readsOrigin: !corsOrigins.includes('*'),
  })
  const refusals = createRefusals()
  const handle = createRouteHandler({
    log,
    outages,
    responseTelemetry,
    replayCache,
    openStreams,
    refusals,
    limits,
    monotonic,
  })
  const allRoutes = createAllRoutes({ handle, refusals })
  const app = new Koa()
  // If Koa were not silent, it would also report clients that disconnect. Larder logs its own errors where
  // they occur.
  app.silent = true
  app.use(errorBoundary(log)).use(takePathToken)
  for (const routes of allRoutes) app.use(routes.middleware())
  app.use(sendRefusalReply)
  const answerByKoa = app.callback()
  const byRoutes = (req: IncomingMessage, res: ServerResponse): void => {
    // biome-ignore lint/complexity/noVoid: Koa handles the errors of its own promise
    void answerByKoa(req, res)
  }
  const refuse = (req: IncomingMessage, res: ServerResponse, reply: BufferedReply): void => {
    setRefusalReply(req, reply)
    byRoutes(req, res)
  }
  const counts = traffic.requests
  const recent = createRecentPaths()
  const admit = createAdmission({ limits, counts, monotonic, perTurn: startsPerTurn })
  const bodyLimitOf = createBodyLimits(allRoutes)

  /**
   * Lets a reply that is sent before all of an upload has arrived be the last one of its connection: the rest of the body may be
   * of any length.
   */
  const closeUnlessReceived = (req: IncomingMessage, res: ServerResponse): void => {
    if (!res.shouldKeepAlive || !hasBody(req)) return
    res.shouldKeepAlive = false
    req.once('end', () => {
      res.shouldKeepAlive = !lifecycle.isStopping()
    })
  }

  /** Reads the body of a request only to discard it, up to a limit. */
  const discardBoundedBody = (req: IncomingMessage): void =>
    discardBody(req, limits.bodyBytes, () => {
      counts.refused_early += 1
    })

  const enqueue = (
    req: IncomingMessage,
    res: ServerResponse,
    url: string,
    bodyLimit: number | null,
  ): void => {
    if (bodyLimit === Infinity) closeUnlessReceived(req, res)
    const discardRest = () => {
      if (bodyLimit === null || req.complete) return
      // The connection of an upload is closed soon after the reply.
      if (bodyLimit === Infinity) discardBody(req, Infinity, () => undefined)
      else discardBoundedBody(req)
    }
    admit({
      isLikelyHit: recent.has(url),
      begin: (release) => {
        onHeadWritten(res, (status) => {
          if (bodyLimit === null && status >= 200 && status < 300) recent.add(url)
          discardRest()
          release()
        })
        byRoutes(req, res)
        // An upload may take hours, so it is not limited as a request in progress. The upload route has
        // limits of its own.
        if (bodyLimit === Infinity) release()
      },
      refuse: () => {
        discardRest()
        refuse(req, res, queueRefusal)
      },
      isAbandoned: () => isDisconnected(res),
      fail: (error) => {
        log.error('request.broken', { cause: String(error) })
        res.destroy()
      },
    })
  }

  /**
   * Lets a request for media or a share page pass only while this process hears of changes. At a start the request waits
   * for that. Whatever is served from a cache passes here.
   */
  const gate = (url: string, pass: () => void, refuseUnheard: () => void): void => {
    const isGuarded = isMedia(url) || isSharePage(url)
    const decide = () => (!isGuarded || follower.mayServeMedia() ? pass() : refuseUnheard())
    const catchingUp = isGuarded ? follower.catchingUp() : null
    if (catchingUp === null) decide()
    else withTimeout(catchingUp, maxStartMs).then(decide, decide)
  }

  return (req, res) => {
    const malformed = refuseInvalidRequest(req)
    const bodyLimit = malformed === null ? bodyLimitOf(req) : null
    const early = malformed ?? refuseLongBody(req, bodyLimit ?? limits.bodyBytes)
    if (early !== null) {
      counts.refused_early += 1
      // It is uncertain where a malformed request ends, so later bytes on this connection cannot be trusted.
      res.shouldKeepAlive = false
      refuse(req, res, early)
      return
    }
    if (bodyLimit === null && req.headers['transfer-encoding'] !== undefined) discardBoundedBody(req)
    const url = req.url ?? ''
    const pass = () => {
      if (replayCache.answer(req, res)) return
      if (url === '*') refuse(req, res, optionsAsteriskReply)
      else if (isHealth(url)) byRoutes(req, res)
      else enqueue(req, res, url, bodyLimit)
    }
    gate(url, pass, () => {
      if (bodyLimit !== null) discardBoundedBody(req)
      refuse(req, res, unheardRefusal)
    })
  }
}

/**
 * Returns whether a URL is that of a health check. Health checks bypass the admission queue (http-api.md
 * §13.2).
 */
const isHealth = (url: string): boolean => /^\/(?:healthz|readyz)(?:\?|$)/.test(url)

/** Returns whether a URL is that of a playlist or of bytes. */
const isMedia = (url: string): boolean => /^\/api\/1\/(?:~[^/]*\/)?(?:image|content)_files\//.test(url)

/** Returns whether a URL is that of a share page, which tells whether its file is public. */
const isSharePage = (url: string): boolean => url.startsWith('/console/watch/')
