import type { ExplainCheckedToken } from '../../domain/access/explain-checked-token.ts'
import type { PublicCheck } from '../../domain/access/public-files.ts'
import type { RevocationService } from '../../domain/access/revocation-service.ts'
import type { AdminService } from '../../domain/admin/admin-service.ts'
import type { BackgroundWork } from '../../domain/background/background-work.ts'
import type { EventHub } from '../../domain/events/event-hub.ts'
import type { ExportService } from '../../domain/export/export-service.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import type { HealthService } from '../../domain/health/health-service.ts'
import type { JobService } from '../../domain/jobs/job-service.ts'
import type { MediaStatus } from '../../domain/jobs/media-status.ts'
import type { LibraryService } from '../../domain/library/library-service.ts'
import type { RequestExports } from '../../domain/library/request-exports.ts'
import type { TrashService } from '../../domain/library/trash-service.ts'
import type { PlaylistService } from '../../domain/playlist/playlist-service.ts'
import type { AuthenticateUploader } from '../../domain/upload/authenticate-uploader.ts'
import type { FetchService } from '../../domain/upload/fetch-service.ts'
import { createShowUpload } from '../../domain/upload/show-upload.ts'
import { createTicketRequests } from '../../domain/upload/ticket-requests.ts'
import type { TicketService } from '../../domain/upload/ticket-service.ts'
import type { UploadService } from '../../domain/upload/upload-service.ts'
import type { VodService } from '../../domain/vod/vod-service.ts'
import type { WebhookService } from '../../domain/webhooks/webhook-service.ts'
import type { CacheStats } from '../../ports/cache-stats.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { TusProtocol } from '../../ports/tus-protocol.ts'
import type { UncachedReader } from '../../ports/uncached-reader.ts'
import type { PublicCaching } from '../bytes/public-caching.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import { createCorsPolicy } from '../middleware/cors.ts'
import { limitTicketRequests } from '../middleware/ticket-limit.ts'
import { createUploadCorsPolicy } from '../middleware/upload-cors.ts'
import { createPlaylistBodyEncoder } from '../playlists/playlist-bodies.ts'
import { createReplyWithPlaylist } from '../playlists/playlist-reply.ts'
import type { ListenerDeps, RouteTools } from '../request-listener.ts'
import { createReplyWithBytes } from '../response/bytes-reply.ts'
import { createReplyWithEvents } from '../response/event-feed-reply.ts'
import { createReplyWithMediaState } from '../response/media-state-reply.ts'
import { createReplyWithOriginal } from '../response/original-reply.ts'
import { createStreamCounts } from '../response/stream-counts.ts'
import type { RouteGroup } from '../router.ts'
import { adminRoutes } from './admin-routes.ts'
import { adminUserRoutes } from './admin-user-routes.ts'
import { type ConsoleAssets, consoleRoutes } from './console-routes.ts'
import { contentRoutes } from './content-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { fetchRoutes } from './fetch-routes.ts'
import { freshnessRoutes } from './freshness-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { imageRoutes } from './image-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { mediaFileRoutes } from './media-file-routes.ts'
import { mediaRoutes } from './media-routes.ts'
import { openapiRoutes } from './openapi-routes.ts'
import { refusedBytesRoutes } from './refused-bytes-routes.ts'
import { revocationRoutes } from './revocation-routes.ts'
import { ticketRoutes } from './ticket-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { tusRoutes } from './tus-routes.ts'
import { uploadRoutes } from './upload-routes.ts'
import { webhookDeliveryRoutes } from './webhook-delivery-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** Dependencies of the routes: one service for each domain, and what routes share with the listener. */
export type RouteDeps = Pick<
  ListenerDeps,
  'checkedTokens' | 'openStreams' | 'clock' | 'monotonic' | 'corsOrigins' | 'limits' | 'traffic'
> & {
  readonly checkPublic: PublicCheck
  readonly publicCaching: PublicCaching
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly admins: AdminService
  readonly explainCheckedToken: ExplainCheckedToken
  readonly revocationService: Pick<RevocationService, 'revoke' | 'list'>
  readonly mayExplainToken: () => boolean
  readonly freshness: FreshnessService
  readonly health: HealthService
  readonly cacheStats: CacheStats
  readonly background: Pick<BackgroundWork, 'statuses'>
  readonly mediaStatus: MediaStatus
  readonly library: LibraryService
  readonly trashService: TrashService
  readonly requestExports: RequestExports
  readonly readUncached: UncachedReader
  readonly authenticateUploader: AuthenticateUploader
  readonly uploadService: UploadService
  readonly tus: TusProtocol
  readonly uploadSmallMaxBytes: number
  readonly uploadMaxBytes: number
  /** How long the reply to an upload waits until its original is stored (milliseconds). */
  readonly uploadPatienceMs: number
  readonly jobService: JobService
  readonly webhookService: WebhookService
  readonly eventHub: EventHub
  readonly ticketService: TicketService
  readonly fetchService: FetchService
  readonly consoleAssets: ConsoleAssets
  readonly lifecycle: ServerLifecycle
  readonly sleep: Sleep
}

/**
 * Size in bytes of the cache of encoded playlists. This is enough for a few hundred long playlists or tens of
 * thousands of short ones.
 */
const playlistBodyBytes = 64 * 1024 * 1024

/** Creates all routes. This function is the wiring diagram of the routes. */
export const createAllRoutes = (
  deps: RouteDeps,
  { handle, refusals }: RouteTools,
): ReadonlyArray<RouteGroup> => {
  const { playlists, vods, exports, admins, freshness, health, cacheStats, background, consoleAssets } = deps
  const { mediaStatus, library, trashService, requestExports, readUncached, jobService, openStreams } = deps
  const { explainCheckedToken, revocationService, mayExplainToken, webhookService } = deps
  const { checkedTokens, checkPublic, publicCaching, clock, monotonic, corsOrigins } = deps
  const { limits, traffic, lifecycle, sleep, eventHub, ticketService, fetchService } = deps
  const { authenticateUploader, uploadService, tus } = deps
  const { uploadSmallMaxBytes, uploadMaxBytes, uploadPatienceMs } = deps
  const streams = createStreamCounts(limits.eventStreams)
  const sharing = createCorsPolicy(corsOrigins)
  const uploadSharing = createUploadCorsPolicy(corsOrigins, uploadMaxBytes)
  const replyWithBytes = createReplyWithBytes(clock, publicCaching)
  const replyWithPlaylist = createReplyWithPlaylist(
    createPlaylistBodyEncoder({ maxBytes: playlistBodyBytes }),
    clock,
    publicCaching,
  )
  const replyWithOriginal = createReplyWithOriginal(readUncached, clock)
  const replyWithMediaState = createReplyWithMediaState({
    mediaStatus,
    checkedTokens,
    streams,
    lifecycle,
    sleep,
    monotonic,
    openStreams,
  })
  const replyWithEvents = createReplyWithEvents({
    ...{ eventHub, admins, jobService, streams, lifecycle, sleep, clock, monotonic },
  })
  const replies = { replyWithBytes, replyWithPlaylist, replyWithMediaState }
  const access = { checkedTokens, checkPublic }
  const uploading = { authenticateUploader, uploadService, sharing: uploadSharing }
  const showUpload = createShowUpload({ uploadService, fetchService, mintMediaToken: admins.mintMediaToken })
  const handleUpload = limitTicketRequests(handle, createTicketRequests())
  const groups = [
    imageRoutes({ playlists, exports, ...access, ...replies, publicCaching, sharing, clock }, handle),
    contentRoutes({ playlists, vods, exports, ...access, ...replies, sharing }, handle),
    tokenRoutes({ admins, explainCheckedToken, mayExplainToken }, handle),
    revocationRoutes({ admins, revocationService, freshness }, handle),
    ticketRoutes({ admins, ticketService }, handle),
    adminUserRoutes(admins, handle),
    adminRoutes({ admins, cacheStats, traffic, refusals, background }, handle),
    mediaRoutes({ admins, library, trashService, freshness }, handle),
    uploadRoutes(
      { ...uploading, showUpload, smallMaxBytes: uploadSmallMaxBytes, patienceMs: uploadPatienceMs },
      handleUpload,
    ),
    fetchRoutes({ admins, fetchService, sharing: uploadSharing }, handle),
    tusRoutes({ ...uploading, tus, lifecycle }, handleUpload),
    mediaFileRoutes(
      { admins, library, requestExports, trashService, replyWithOriginal, openStreams },
      handle,
    ),
    refusedBytesRoutes({ admins, trashService }, handle),
    jobRoutes({ admins, jobService }, handle),
    webhookRoutes({ admins, webhookService }, handle),
    webhookDeliveryRoutes({ admins, webhookService }, handle),
    eventRoutes({ admins, replyWithEvents }, handle),
    freshnessRoutes({ admins, freshness }, handle),
    healthRoutes({ health, lifecycle }, handle),
    homeRoutes(health, handle),
    consoleRoutes({ ...access, consoleAssets, clock, corsOrigins }, handle),
  ]
  const described = groups.flatMap((group) => group.described())
  return [...groups, openapiRoutes({ described, sharing, clock }, handle)]
}
