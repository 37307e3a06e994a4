import type { RequestListener } from 'node:http'
import type { AdminService } from '../domain/admin/admin-service.ts'
import type { BackgroundWork } from '../domain/background/background-work.ts'
import type { ExportService } from '../domain/export/export-service.ts'
import type { FreshnessService } from '../domain/freshness/freshness-service.ts'
import type { HealthService } from '../domain/health/health-service.ts'
import type { PlaylistService } from '../domain/playlist/playlist-service.ts'
import type { VodService } from '../domain/vod/vod-service.ts'
import type { CacheStats } from '../ports/cache-stats.ts'
import type { ProgressStore } from '../ports/progress-store.ts'
import type { ServerLifecycle } from './lifecycle.ts'
import { createCorsPolicy } from './middleware/cors.ts'
import { createPlaylistBodyEncoder } from './playlists/playlist-bodies.ts'
import { createPlaylistReply } from './playlists/playlist-reply.ts'
import { createRequestListener, type ListenerDeps } from './request-listener.ts'
import { createBytesReply } from './response/bytes-reply.ts'
import { adminRoutes } from './routes/admin-routes.ts'
import { type ConsoleAssets, consoleRoutes } from './routes/console-routes.ts'
import { contentRoutes } from './routes/content-routes.ts'
import { freshnessRoutes } from './routes/freshness-routes.ts'
import { homeRoutes } from './routes/home-routes.ts'
import { imageRoutes } from './routes/image-routes.ts'
import { serviceRoutes } from './routes/service-routes.ts'

/** Dependencies of the HTTP layer: one service for each domain, and the dependencies of the listener. */
type AppDeps = ListenerDeps & {
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly admins: AdminService
  readonly freshness: FreshnessService
  readonly health: HealthService
  readonly cacheStats: CacheStats
  readonly background: Pick<BackgroundWork, 'statuses'>
  readonly progress: ProgressStore
  readonly consoleAssets: ConsoleAssets
  readonly lifecycle: ServerLifecycle
}

/**
 * Size in bytes of the cache of encoded playlists. This is enough for a few hundred long playlists or tens of
 * thousands of short ones.
 */
const playlistBodyBytes = 64 * 1024 * 1024

/** Creates the listener with all routes. This function is the wiring diagram of the routes. */
export const createApp = (deps: AppDeps): RequestListener => {
  const { playlists, vods, exports, admins, freshness, health } = deps
  const { cacheStats, background, progress, consoleAssets } = deps
  const {
    tokens,
    follower,
    clock,
    log,
    outages,
    corsOrigins,
    responseTelemetry,
    limits,
    traffic,
    lifecycle,
  } = deps
  const sharing = createCorsPolicy(corsOrigins)
  const bytesReply = createBytesReply(clock)
  const playlistReply = createPlaylistReply(createPlaylistBodyEncoder({ maxBytes: playlistBodyBytes }), clock)
  return createRequestListener(
    { tokens, follower, clock, log, outages, corsOrigins, responseTelemetry, limits, traffic },
    ({ handle, refusals }) => [
      imageRoutes({ playlists, exports, tokens, bytesReply, playlistReply, sharing, clock }, handle),
      contentRoutes({ playlists, vods, exports, tokens, bytesReply, playlistReply, sharing }, handle),
      adminRoutes({ admins, cacheStats, traffic, refusals, background }, handle),
      freshnessRoutes({ admins, freshness }, handle),
      serviceRoutes({ health, lifecycle }, handle),
      homeRoutes(health, handle),
      consoleRoutes({ tokens, progress, consoleAssets, clock }, handle),
    ],
  )
}
