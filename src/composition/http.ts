import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/settings.ts'
import { createAuthenticateUploader } from '../domain/upload/authenticate-uploader.ts'
import { authenticateAdminUploads } from '../domain/upload/uploader-rights.ts'
import { createApp } from '../http/app.ts'
import { createTrafficCounters } from '../http/middleware/traffic-counters.ts'
import { createRequestListener } from '../http/request-listener.ts'
import type { ConsoleAssets } from '../http/routes/console-routes.ts'
import { healthRoutes } from '../http/routes/health-routes.ts'
import { createExplanationLimit } from '../http/routes/token-routes.ts'
import { createHttpServer, type HttpServer } from '../server/http-server.ts'
import type { Larder } from './larder.ts'
import { createTusProtocol } from './uploads.ts'

const contentTypes: Readonly<Record<string, string>> = {
  'watch.js': 'text/javascript; charset=utf-8',
  'watch.css': 'text/css; charset=utf-8',
}

/** Loads the console's files from the build output. Returns an empty map when Larder runs from source. */
const loadConsoleAssets = (folder: string): ConsoleAssets =>
  new Map(
    Object.entries(contentTypes)
      .map(([name, contentType]) => ({ name, contentType, file: path.join(folder, name) }))
      .filter(({ file }) => existsSync(file))
      .map(({ name, contentType, file }) => [name, { contentType, body: readFileSync(file) }]),
  )

type HttpConfig = Pick<
  Config,
  | 'corsOrigins'
  | 'cacheStatus'
  | 'serverTiming'
  | 'limits'
  | 'publicCaching'
  | 'uploadSmallMaxBytes'
  | 'uploadMaxBytes'
>

/** Creates the server with all routes. The server does not listen yet. */
export const createLarderServer = (
  larder: Larder,
  { corsOrigins, cacheStatus, serverTiming, limits, publicCaching, ...uploadLimits }: HttpConfig,
): HttpServer => {
  const { playlists, vods, exports, mediaStatus, jobService, admins, eventHub } = larder
  const { uploadService, fetchService, library, trashService, openStreams, requestExports, readUncached } =
    larder
  const { freshness, health, background, following } = larder
  const { explainCheckedToken, revocationService, ticketService, webhookService, monotonic, sleep } = larder
  const { cacheStats, checkedTokens, checkPublic, follower, clock, log, outages } = larder
  return createHttpServer({
    limits,
    traffic: createTrafficCounters(),
    createApp: (common) =>
      createApp({
        playlists,
        vods,
        exports,
        mediaStatus,
        library,
        trashService,
        openStreams,
        requestExports,
        readUncached,
        uploadService,
        authenticateUploader: createAuthenticateUploader(
          authenticateAdminUploads(admins, uploadLimits.uploadMaxBytes),
          ticketService,
        ),
        fetchService,
        tus: createTusProtocol(),
        uploadSmallMaxBytes: uploadLimits.uploadSmallMaxBytes,
        uploadMaxBytes: uploadLimits.uploadMaxBytes,
        uploadPatienceMs: 5000,
        jobService,
        webhookService,
        eventHub,
        admins,
        explainCheckedToken,
        revocationService,
        ticketService,
        mayExplainToken: createExplanationLimit(monotonic),
        freshness,
        health,
        background: { statuses: () => [...following.statuses(), ...background.statuses()] },
        cacheStats,
        checkedTokens,
        checkPublic,
        publicCaching,
        follower,
        clock,
        monotonic,
        log,
        outages,
        limits: common.limits,
        traffic: common.traffic,
        lifecycle: common.lifecycle,
        sleep,
        corsOrigins,
        responseTelemetry: { cacheStatus, stopwatch: serverTiming ? monotonic : null },
        consoleAssets: loadConsoleAssets(path.join(import.meta.dirname, '..', 'console')),
      }),
  })
}

/** Creates a server with nothing but the health checks, for a process that serves no media. */
export const createHealthServer = (
  { checkedTokens, follower, openStreams, health, clock, monotonic, log, outages }: Larder,
  { limits }: Pick<HttpConfig, 'limits'>,
): HttpServer =>
  createHttpServer({
    limits,
    traffic: createTrafficCounters(),
    createApp: ({ limits, traffic, lifecycle }) =>
      createRequestListener(
        {
          checkedTokens,
          follower,
          openStreams,
          clock,
          monotonic,
          log,
          outages,
          corsOrigins: [],
          responseTelemetry: { cacheStatus: false, stopwatch: null },
          limits,
          traffic,
          lifecycle,
        },
        ({ handle }) => [healthRoutes({ health, lifecycle }, handle)],
      ),
  })
