import type { RequestListener } from 'node:http'
import Koa from 'koa'
import type { AdminService } from '../domain/admin/admin-service.ts'
import type { ExportService } from '../domain/export/export-service.ts'
import type { HealthService } from '../domain/health/health-service.ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import type { PlaylistService } from '../domain/playlist/playlist-service.ts'
import type { VodService } from '../domain/vod/vod-service.ts'
import type { CacheStats } from '../ports/cache-stats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import type { ProgressBoard } from '../ports/progress-board.ts'
import { adminRoutes } from './admin-routes.ts'
import { createBeginInTurns } from './begin-in-turns.ts'
import { createBytesReply } from './bytes-reply.ts'
import { type ConsoleAssets, consoleRoutes } from './console-routes.ts'
import { contentRoutes } from './content-routes.ts'
import { cors } from './cors.ts'
import { frame } from './frame.ts'
import { createHandle } from './handle.ts'
import { homeRoutes } from './home-routes.ts'
import { createHotReplies } from './hot/hot-replies.ts'
import { imageRoutes } from './image-routes.ts'
import { createListBodies } from './lists/list-bodies.ts'
import { createListReply } from './lists/list-reply.ts'
import { takePathToken } from './path-token.ts'
import { serviceRoutes } from './service-routes.ts'
import type { Telling } from './telling.ts'

/** What the HTTP side needs: one service a domain, and what proves who asks. */
export type AppDeps = {
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly admins: AdminService
  readonly health: HealthService
  readonly cacheStats: CacheStats
  readonly tokens: MediaTokens
  readonly progress: ProgressBoard
  readonly clock: Clock
  readonly log: Log
  readonly outages: OutageLog
  readonly corsOrigins: ReadonlyArray<string>
  readonly consoleAssets: ConsoleAssets
  readonly telling: Telling
}

/** Of lists in the forms in which they are sent: some hundred long ones, or tens of thousands of short ones. */
const listBodyBytes = 64 * 1024 * 1024

/** Of what is kept for replies that are given again. */
const hotReplyBytes = 32 * 1024 * 1024

/** Some milliseconds of work, if none of them finds anything in memory. */
const begunPerTurn = 4

/** Answers all requests: the routes by Koa, and in front of them what they answered a moment ago. */
export const createApp = (deps: AppDeps): RequestListener => {
  const hotReplies = createHotReplies({
    tokens: deps.tokens,
    maxBytes: hotReplyBytes,
    readsOrigin: !deps.corsOrigins.includes('*'),
  })
  const handle = createHandle({ log: deps.log, outages: deps.outages, telling: deps.telling, hotReplies })
  const app = new Koa()
  // Koa tells of clients that leave, too; what is ours to know has been told where it happened.
  app.silent = true
  app.use(frame(deps.log)).use(takePathToken).use(cors(deps.corsOrigins))
  const bodies = createListBodies({ maxBytes: listBodyBytes })
  const media = {
    ...deps,
    bytesReply: createBytesReply(deps.clock),
    listReply: createListReply(bodies, deps.clock),
  }
  for (const router of [
    imageRoutes(media, handle),
    contentRoutes(media, handle),
    adminRoutes(deps, handle),
    serviceRoutes(deps.health, handle),
    homeRoutes(deps.health, handle),
    consoleRoutes(deps, handle),
  ])
    app.use(router.routes())
  const byRoutes = app.callback()
  const inTurns = createBeginInTurns(begunPerTurn)
  return (req, res) => {
    if (!hotReplies.answer(req, res)) inTurns(() => void byRoutes(req, res))
  }
}
