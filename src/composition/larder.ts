import type { Config } from '../config/settings.ts'
import { createAuthorizedRead } from '../domain/access/authorized-read.ts'
import { createCallerAccess } from '../domain/access/caller-access.ts'
import { createCheckedIdTokenVerifier } from '../domain/access/checked-id-tokens.ts'
import { type CheckedMediaTokens, createCheckedMediaTokens } from '../domain/access/checked-media-tokens.ts'
import {
  createExplainCheckedToken,
  type ExplainCheckedToken,
} from '../domain/access/explain-checked-token.ts'
import { createPlaylistSigning } from '../domain/access/playlist-signing.ts'
import { createPublicCheck, type PublicCheck } from '../domain/access/public-files.ts'
import type { RevocationIndex } from '../domain/access/revocation-index.ts'
import { type AdminService, createAdminService } from '../domain/admin/admin-service.ts'
import { type BackgroundWork, createBackgroundWork } from '../domain/background/background-work.ts'
import { createReadThrough } from '../domain/caching/read-through.ts'
import { createEventHub, type EventHub } from '../domain/events/event-hub.ts'
import { createExportService, type ExportService } from '../domain/export/export-service.ts'
import type { FollowTrust } from '../domain/freshness/follow-trust.ts'
import type { Follower } from '../domain/freshness/follower.ts'
import { createFreshnessService, type FreshnessService } from '../domain/freshness/freshness-service.ts'
import { createHealthService, type HealthService } from '../domain/health/health-service.ts'
import type { OutageLog } from '../domain/health/outage-log.ts'
import { createIngestService, type IngestService } from '../domain/ingest/ingest-service.ts'
import { recipeVersions } from '../domain/ingest/recipe-versions.ts'
import { createJobService, type JobService } from '../domain/jobs/job-service.ts'
import { createJobWork, type JobWork } from '../domain/jobs/job-work.ts'
import { createMediaStatus, type MediaStatus } from '../domain/jobs/media-status.ts'
import { createLibraryService, type LibraryService } from '../domain/library/library-service.ts'
import { createRequestExports, type RequestExports } from '../domain/library/request-exports.ts'
import { createPlaylistService, type PlaylistService } from '../domain/playlist/playlist-service.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import { createStoreSweep, type StoreSweep } from '../domain/sweep/store-sweep.ts'
import { createVodService, type VodService } from '../domain/vod/vod-service.ts'
import type { TE } from '../fp.ts'
import type { BlobCache } from '../ports/blob-cache.ts'
import type { BusPositions } from '../ports/bus-positions.ts'
import type { CachePort } from '../ports/cache.ts'
import type { CacheStats } from '../ports/cache-stats.ts'
import type { Clock } from '../ports/clock.ts'
import type { ContentFileRepository } from '../ports/content-file-repository.ts'
import type { Database } from '../ports/database.ts'
import type { EventLog } from '../ports/event-log.ts'
import type { ExplainToken } from '../ports/explain-token.ts'
import type { FetchRepository } from '../ports/fetch-repository.ts'
import type { IdTokenIssuer } from '../ports/id-token-issuer.ts'
import type { IdTokenVerifier } from '../ports/id-token-verifier.ts'
import type { ImageFileRepository } from '../ports/image-file-repository.ts'
import type { ImageProcessor } from '../ports/image-processor.ts'
import type { IncomingFiles } from '../ports/incoming-files.ts'
import type { Instances } from '../ports/instances.ts'
import type { InvalidationBus } from '../ports/invalidation-bus.ts'
import type { JobQueue } from '../ports/job-queue.ts'
import type { LocalFiles } from '../ports/local-files.ts'
import type { LocalInstances } from '../ports/local-instances.ts'
import type { Log } from '../ports/log.ts'
import type { MediaRepository } from '../ports/media-repository.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import type { Monotonic } from '../ports/monotonic.ts'
import type { NewUid } from '../ports/new-uid.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { MayUsePort, Outbound } from '../ports/outbound.ts'
import type { PlaylistFetcher } from '../ports/playlist-fetcher.ts'
import type { RevocationFile } from '../ports/revocation-file.ts'
import type { Revocations } from '../ports/revocations.ts'
import type { Sleep } from '../ports/sleep.ts'
import type { StaleCache } from '../ports/stale-cache.ts'
import type { StoredFileRepository } from '../ports/stored-file-repository.ts'
import type { TicketRepository } from '../ports/ticket-repository.ts'
import type { TicketSecrets } from '../ports/ticket-secrets.ts'
import type { Transcoder } from '../ports/transcoder.ts'
import type { Trash } from '../ports/trash.ts'
import type { UncachedReader } from '../ports/uncached-reader.ts'
import type { UploadRepository } from '../ports/upload-repository.ts'
import type { UserRepository } from '../ports/user-repository.ts'
import type { WorkLocks } from '../ports/work-locks.ts'
import { createDeletion, type DeletionServices } from './deletion.ts'
import { createBusFollower } from './follower.ts'
import { createUploadServices, type UploadServices, type UploadSettings } from './uploads.ts'
import { createWebhookServices, type WebhookAdapters, type WebhookServices } from './webhooks.ts'

/**
 * One member for each port, and the state that adapters and services share: what this process has heard of changes,
 * of revocations, and of outages. Tests pass their own adapters.
 */
export type Adapters = WebhookAdapters & {
  readonly cache: CachePort
  /** Reads expired values of `cache`. */
  readonly stale: StaleCache
  readonly blobs: BlobCache
  readonly cacheStats: CacheStats
  /** Returns the size of the cache on disk, in bytes. */
  readonly cacheBytes: () => number
  /** Fails if the cache cannot store values. */
  readonly cacheCheck: TE.TaskEither<Unavailable, void>
  readonly bus: InvalidationBus
  readonly busPositions: BusPositions
  /** Says whether this process hears of changes. The cache asks for it, and the follower sets it. */
  readonly followTrust: FollowTrust
  readonly instances: Instances
  readonly localInstances: LocalInstances
  readonly store: ObjectStore
  readonly readUncached: UncachedReader
  readonly database: Database
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly media: MediaRepository
  readonly trash: Trash
  readonly storedFiles: StoredFileRepository
  readonly uploads: UploadRepository
  readonly incoming: IncomingFiles
  readonly users: UserRepository
  readonly fetches: FetchRepository
  readonly tickets: TicketRepository
  readonly ticketSecrets: TicketSecrets
  /** Media tokens without revocations. Requests use `checkedTokens`. */
  readonly tokens: MediaTokens
  readonly idTokenVerifier: IdTokenVerifier
  readonly idTokenIssuer: IdTokenIssuer
  readonly explainToken: ExplainToken
  readonly revocations: Revocations
  readonly revocationFile: RevocationFile
  readonly revocationIndex: RevocationIndex
  readonly files: LocalFiles
  readonly images: ImageProcessor
  readonly transcoder: Transcoder
  readonly jobs: JobQueue
  readonly eventLog: EventLog
  readonly locks: WorkLocks
  readonly sleep: Sleep
  readonly playlistFetcher: PlaylistFetcher
  readonly outbound: Outbound
  readonly mayUsePort: MayUsePort
  readonly newUid: NewUid
  readonly clock: Clock
  readonly monotonic: Monotonic
  readonly log: Log
  readonly outages: OutageLog
}

type Services = DeletionServices &
  UploadServices &
  WebhookServices & {
    readonly checkPublic: PublicCheck
    readonly checkedTokens: CheckedMediaTokens
    readonly explainCheckedToken: ExplainCheckedToken
    readonly playlists: PlaylistService
    readonly vods: VodService
    readonly exports: ExportService
    readonly admins: AdminService
    readonly ingest: IngestService
    readonly library: LibraryService
    readonly requestExports: RequestExports
    readonly jobService: JobService
    readonly jobWork: JobWork
    readonly eventHub: EventHub
    readonly mediaStatus: MediaStatus
    readonly health: HealthService
    readonly follower: Follower
    readonly freshness: FreshnessService
    readonly background: BackgroundWork
    /** What a serving process needs for as long as it replies: it follows the changes, and reports itself. */
    readonly following: BackgroundWork
    readonly sweep: StoreSweep
  }

/** All adapters and services of one process. */
export type Larder = Adapters & Services

type ServiceSettings = UploadSettings &
  Pick<
    Config,
    | 'publicUrl'
    | 'jobAttempts'
    | 'trashSeconds'
    | 'tokenMaxTtlSeconds'
    | 'busMaxCutSeconds'
    | 'busStartUnheardSeconds'
  >

/**
 * Creates the services. This function is the wiring diagram: each service gets its dependencies by name, and
 * no others.
 */
export const createServices = (adapters: Adapters, settings: ServiceSettings): Services => {
  const { publicUrl, jobAttempts, trashSeconds, tokenMaxTtlSeconds } = settings
  const { cache, stale, blobs, cacheCheck, store, database } = adapters
  const { instances, outages } = adapters
  const { imageFiles, contentFiles, media, trash, storedFiles, users } = adapters
  const { tokens, idTokenVerifier, idTokenIssuer, explainToken } = adapters
  const { revocations, revocationIndex, eventLog } = adapters
  const { files, images, transcoder, jobs, locks, sleep, newUid, clock, monotonic, log } = adapters
  // Made once, so that all services share one load of a value.
  const readThrough = createReadThrough(cache, stale)
  const authorizedRead = createAuthorizedRead(cache)
  const checkPublic = createPublicCheck({ readThrough, imageFiles, contentFiles })
  const callerAccess = createCallerAccess({ authorizedRead, checkPublic })
  const checkedTokens = createCheckedMediaTokens({ tokens, revocationIndex, checkPublic })
  const checkedIdTokenVerifier = createCheckedIdTokenVerifier(idTokenVerifier, revocationIndex)
  const imageSigning = createPlaylistSigning('image', checkedTokens)
  const contentSigning = createPlaylistSigning('content', checkedTokens)
  const { staleDeps, ...deletion } = createDeletion(adapters, { jobAttempts, trashSeconds })
  const { revocationService, openStreams, trashSweep, trashService } = deletion
  const ingest = createIngestService({
    trash,
    restore: trashService.restoreTwin,
    cache,
    store,
    imageFiles,
    contentFiles,
    files,
    images,
    transcoder,
    jobs,
    attempts: jobAttempts,
    locks,
    sleep,
    newUid,
    log,
  })
  const follower = createBusFollower(adapters, staleDeps, revocationService, settings)
  const requestExports = createRequestExports({
    media,
    jobs,
    newUid,
    attempts: jobAttempts,
    recipes: recipeVersions,
  })

  return {
    checkPublic,
    checkedTokens,
    explainCheckedToken: createExplainCheckedToken({
      explainToken,
      checkedTokens,
      idTokenVerifier: checkedIdTokenVerifier,
    }),
    playlists: createPlaylistService({
      readThrough,
      callerAccess,
      checkPublic,
      imageFiles,
      contentFiles,
      checkedTokens,
      imageSigning,
      contentSigning,
      publicUrl,
      clock,
    }),
    vods: createVodService({ readThrough, callerAccess, contentFiles, signing: contentSigning }),
    exports: createExportService({ callerAccess, blobs, store, openStreams, imageFiles, contentFiles }),
    admins: createAdminService({
      cache,
      users,
      imageFiles,
      contentFiles,
      idTokenVerifier: checkedIdTokenVerifier,
      idTokenIssuer,
      checkedTokens,
      trash,
      revocations,
      maxTtlSeconds: tokenMaxTtlSeconds,
    }),
    ingest,
    library: createLibraryService({ media, jobs, cache, publicUrl }),
    ...deletion,
    ...createWebhookServices(adapters),
    ...createUploadServices(adapters, ingest, settings),
    requestExports,
    jobService: createJobService(jobs),
    eventHub: createEventHub({ log: eventLog, outages, clock, monotonic, sleep }),
    jobWork: createJobWork({
      jobs,
      doJob: ({ kind, replaces, media, lease }, { source, report, signal }) =>
        ingest.makeExports(media, { kind, ...(replaces && { replaces }), lease, source, report, signal }),
      sleep,
      monotonic,
      clock,
      log,
    }),
    mediaStatus: createMediaStatus({ imageFiles, contentFiles, callerAccess, monotonic }),
    background: createBackgroundWork({ log, sleep }),
    following: createBackgroundWork({ log, sleep }),
    sweep: createStoreSweep({
      ...{ cache, store, imageFiles, contentFiles, storedFiles, jobs, locks, trash, trashSweep, clock, log },
      remake: (uid) => requestExports(uid, 'all'),
    }),
    health: createHealthService({
      database: database.check,
      objectStore: store.check,
      cache: cacheCheck,
      bus: follower.check,
      mayServeMedia: follower.mayServeMedia,
      monotonic,
    }),
    follower,
    freshness: createFreshnessService({ ...staleDeps, instances, newUid }),
  }
}
