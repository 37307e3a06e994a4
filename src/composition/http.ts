import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/settings.ts'
import { createApp } from '../http/app.ts'
import { createTrafficCounters } from '../http/middleware/traffic-counters.ts'
import type { ConsoleAssets } from '../http/routes/console-routes.ts'
import { createHttpServer, type HttpServer } from '../server/http-server.ts'
import type { Larder } from './larder.ts'

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

type HttpConfig = Pick<Config, 'corsOrigins' | 'cacheStatus' | 'serverTiming' | 'limits'>

/** Creates the server with all routes. The server does not listen yet. */
export const createLarderServer = (
  larder: Larder,
  { corsOrigins, cacheStatus, serverTiming, limits }: HttpConfig,
): HttpServer => {
  const { playlists, vods, exports, admins, health, background } = larder
  const { cacheStats, progress, tokens, clock, monotonic, log, outages } = larder
  return createHttpServer({
    limits,
    traffic: createTrafficCounters(),
    createApp: (common) =>
      createApp({
        playlists,
        vods,
        exports,
        admins,
        health,
        background,
        cacheStats,
        progress,
        tokens,
        clock,
        monotonic,
        log,
        outages,
        limits: common.limits,
        traffic: common.traffic,
        lifecycle: common.lifecycle,
        corsOrigins,
        responseTelemetry: { cacheStatus, stopwatch: serverTiming ? monotonic : null },
        consoleAssets: loadConsoleAssets(path.join(import.meta.dirname, '..', 'console')),
      }),
  })
}
