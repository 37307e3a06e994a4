import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createUncachedReader } from '../../src/adapters/cache/blobs/uncached-reader.ts'
import { createMemoryBlobCache } from '../../src/adapters/cache/memory/memory-blob-cache.ts'
import { createMemoryTier } from '../../src/adapters/cache/memory/memory-cache.ts'
import { createCacheMeter } from '../../src/adapters/cache/tiers/cache-meter.ts'
import { createSingleTierCache } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { createStaleReader } from '../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { hmacWebhookSigning } from '../../src/adapters/crypto/hmac-webhook-signing.ts'
import { randomTicketSecrets } from '../../src/adapters/crypto/random-ticket-secrets.ts'
import { createRandomUid } from '../../src/adapters/crypto/random-uid.ts'
import { createFsIncomingFiles } from '../../src/adapters/fs/fs-incoming-files.ts'
import { createFsLocalFiles } from '../../src/adapters/fs/fs-local-files.ts'
import { createHttpOutbound } from '../../src/adapters/http/http-outbound.ts'
import { createHttpPlaylistFetcher } from '../../src/adapters/http/http-playlist-fetcher.ts'
import { systemResolveName } from '../../src/adapters/http/system-resolve-name.ts'
import { createCachedMediaTokens } from '../../src/adapters/jose/cached-media-tokens.ts'
import { createJoseExplainToken } from '../../src/adapters/jose/jose-explain-token.ts'
import { createJoseIdTokenIssuer } from '../../src/adapters/jose/jose-id-token-issuer.ts'
import { createJoseIdTokenVerifier } from '../../src/adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../../src/adapters/jose/jose-media-tokens.ts'
import { generateSecretKey } from '../../src/adapters/jose/token-keys.ts'
import { createMemoryBusPositions } from '../../src/adapters/memory/memory-bus-positions.ts'
import { createMemoryContentFileRepository } from '../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryEventLog } from '../../src/adapters/memory/memory-event-log.ts'
import { createMemoryFetchRepository } from '../../src/adapters/memory/memory-fetch-repository.ts'
import { createMemoryImageFileRepository } from '../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryInstances } from '../../src/adapters/memory/memory-instances.ts'
import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../src/adapters/memory/memory-invalidation-bus.ts'
import { createMemoryJobQueue } from '../../src/adapters/memory/memory-job-queue.ts'
import { createMemoryJobs } from '../../src/adapters/memory/memory-jobs.ts'
import { createMemoryLocalInstances } from '../../src/adapters/memory/memory-local-instances.ts'
import { createMemoryMedia } from '../../src/adapters/memory/memory-media.ts'
import { createMemoryMediaRepository } from '../../src/adapters/memory/memory-media-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { createMemoryRevocationFile } from '../../src/adapters/memory/memory-revocation-file.ts'
import { createMemoryRevocations } from '../../src/adapters/memory/memory-revocations.ts'
import { createMemoryStoredFileRepository } from '../../src/adapters/memory/memory-stored-file-repository.ts'
import { createMemoryTicketRepository } from '../../src/adapters/memory/memory-ticket-repository.ts'
import { createMemoryTrash } from '../../src/adapters/memory/memory-trash.ts'
import { createMemoryUploadRepository } from '../../src/adapters/memory/memory-upload-repository.ts'
import { createMemoryUserRepository } from '../../src/adapters/memory/memory-user-repository.ts'
import { createMemoryWebhookDeliveries } from '../../src/adapters/memory/memory-webhook-deliveries.ts'
import { createMemoryWebhookRepository } from '../../src/adapters/memory/memory-webhook-repository.ts'
import { createMemoryWebhooks } from '../../src/adapters/memory/memory-webhooks.ts'
import { createMemoryWorkLocks } from '../../src/adapters/memory/memory-work-locks.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { systemMonotonic } from '../../src/adapters/platform/system-monotonic.ts'
import { timerSleep } from '../../src/adapters/platform/timer-sleep.ts'
import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'
import { createTranscoder } from '../../src/adapters/transcode/create-transcoder.ts'
import { type Adapters, createServices, type Larder } from '../../src/composition/larder.ts'
import { createTusProtocol } from '../../src/composition/uploads.ts'
import { createRevocationIndex } from '../../src/domain/access/revocation-index.ts'
import { createFollowTrust } from '../../src/domain/freshness/follow-trust.ts'
import { createOutageLog } from '../../src/domain/health/outage-log.ts'
import { createAuthenticateUploader } from '../../src/domain/upload/authenticate-uploader.ts'
import type { UploadTicket } from '../../src/domain/upload/upload-ticket.ts'
import { authenticateAdminUploads } from '../../src/domain/upload/uploader-rights.ts'
import { TE } from '../../src/fp.ts'
import { createApp } from '../../src/http/app.ts'
import { defaultPublicCaching, type PublicCaching } from '../../src/http/bytes/public-caching.ts'
import { defaultHttpLimits, type HttpLimits } from '../../src/http/http-limits.ts'
import { createTrafficCounters } from '../../src/http/middleware/traffic-counters.ts'
import { createRequestListener, type RouteTools } from '../../src/http/request-listener.ts'
import type { ResponseTelemetry } from '../../src/http/response/response-telemetry.ts'
import type { RouteGroup } from '../../src/http/router.ts'
import { createExplanationLimit } from '../../src/http/routes/token-routes.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { MediaTokens } from '../../src/ports/media-tokens.ts'
import type { TokenKey } from '../../src/ports/token-key.ts'
import type { Drain } from '../../src/server/drain.ts'
import { createHttpServer, type ServerContext } from '../../src/server/http-server.ts'
import { asMonotonic } from './as-monotonic.ts'
import { createDescribedReplies, type DescribedReplies } from './openapi/described-replies.ts'
import { silentLog } from './recording-log.ts'

export const publicUrl = 'https://media.example.com'

/** The default of TOKEN_MAX_TTL_SECONDS. */
const testMaxTtlSeconds = 30 * 86_400

/** The keys of the test server. Tests may sign tokens with them. */
export const testKeys = {
  image: generateSecretKey('i1'),
  content: generateSecretKey('c1'),
  id: generateSecretKey('id'),
} satisfies Record<string, TokenKey>

/** Returns a clock that moves only when the test calls `advance` (seconds). */
export const createStandingClock = () => {
  let now = 1_800_000_000_000
  const advance = (seconds: number): void => {
    now += seconds * 1000
  }
  return { clock: () => now, advance }
}

/**
 * Media tokens without a cache of verified tokens. With `newTokenId`, tokens that are minted in one second for the
 * same can be equal.
 */
export const createTestTokens = (clock: Clock, newTokenId?: () => string): MediaTokens =>
  createJoseMediaTokens({
    issuer: 'larder',
    leewaySeconds: 0,
    maxTtlSeconds: testMaxTtlSeconds,
    clock,
    ...(newTokenId !== undefined && { newTokenId }),
    keys: { image: [testKeys.image], content: [testKeys.content] },
  })

/** Creates a Larder on adapters in memory. `overrides` replaces some of the adapters. */
export const createMemoryLarder = async (
  overrides: Partial<Adapters> = {},
  trashSeconds = 604_800,
  busStartUnheardSeconds = 0,
): Promise<Larder> => {
  const clock = overrides.clock ?? createStandingClock().clock
  const monotonic = asMonotonic(clock)
  const jobs = createMemoryJobs(clock)
  const media = createMemoryMedia(clock)
  const webhooks = createMemoryWebhooks(clock)
  const tickets = new Map<string, UploadTicket>()
  const revocations = overrides.revocations ?? createMemoryRevocations(clock)
  const values = createMemoryTier(64 * 2 ** 20)
  const store = overrides.store ?? createMemoryObjectStore()
  const invalidations = createMemoryInvalidationLog(clock)
  const idTokenOptions = {
    issuer: 'larder',
    leewaySeconds: 0,
    maxTtlSeconds: testMaxTtlSeconds,
    clock,
    keys: [testKeys.id],
  }
  const adapters: Adapters = {
    cache: createSingleTierCache(values, clock),
    stale: createStaleReader(values, clock),
    blobs: createMemoryBlobCache(),
    cacheStats: createCacheMeter(monotonic).stats,
    cacheCheck: TE.right(undefined),
    bus: createMemoryInvalidationBus(invalidations, clock),
    busPositions: createMemoryBusPositions(),
    followTrust: createFollowTrust(monotonic),
    instances: createMemoryInstances(invalidations, clock),
    localInstances: createMemoryLocalInstances(),
    cacheBytes: () => 0,
    store,
    readUncached: createUncachedReader(store),
    database: { migrate: TE.right(undefined), check: TE.right(undefined) },
    imageFiles: createMemoryImageFileRepository(clock, jobs, media),
    contentFiles: createMemoryContentFileRepository(clock, jobs, media),
    media: createMemoryMediaRepository(media, jobs),
    storedFiles: createMemoryStoredFileRepository('lib_00000000000000000000000000000000', () => true),
    uploads: createMemoryUploadRepository({ clock, media, tickets }),
    fetches: createMemoryFetchRepository(media.uploads, clock, media.fetches),
    incoming: createFsIncomingFiles(path.join(tmpdir(), `larder-test-${process.pid}`, 'incoming'), clock),
    users: createMemoryUserRepository(),
    tickets: createMemoryTicketRepository(tickets, clock),
    ticketSecrets: randomTicketSecrets,
    tokens: createCachedMediaTokens(createTestTokens(clock), clock),
    idTokenVerifier: createJoseIdTokenVerifier(idTokenOptions),
    idTokenIssuer: createJoseIdTokenIssuer(idTokenOptions),
    explainToken: createJoseExplainToken({
      ...idTokenOptions,
      keys: { image: [testKeys.image], content: [testKeys.content], id: [testKeys.id] },
    }),
    trash: createMemoryTrash({ clock, jobs, media, revocations }),
    revocations,
    revocationFile: createMemoryRevocationFile(),
    revocationIndex: createRevocationIndex(),
    files: await createFsLocalFiles(path.join(tmpdir(), `larder-test-${process.pid}`), localProcessLiveness),
    images: createSharpImageProcessor({ maxPixels: 50_000_000, timeoutSeconds: 600 }),
    transcoder: createTranscoder({ ffmpegPath: null, ffprobePath: null, maxSeconds: 600, log: silentLog }),
    jobs: createMemoryJobQueue(jobs, clock),
    webhooks: createMemoryWebhookRepository(webhooks, clock),
    webhookDeliveries: createMemoryWebhookDeliveries(webhooks, clock),
    webhookSigning: hmacWebhookSigning,
    senderName: { machine: 'test', process: 'test' },
    eventLog: createMemoryEventLog(clock),
    locks: createMemoryWorkLocks(monotonic),
    sleep: timerSleep,
    outbound: createHttpOutbound({ resolveName: systemResolveName, exceptions: ['127.0.0.1'] }),
    mayUsePort: () => true,
    playlistFetcher: createHttpPlaylistFetcher({ timeoutSeconds: 10, maxBytes: 2 ** 20 }),
    newUid: createRandomUid(null),
    clock,
    monotonic,
    log: silentLog,
    outages: createOutageLog(overrides.log ?? silentLog, monotonic),
    ...overrides,
  }
  const settings = {
    ...{ publicUrl, tokenMaxTtlSeconds: testMaxTtlSeconds, jobAttempts: 5, trashSeconds },
    ...{ busMaxCutSeconds: 86_400, busStartUnheardSeconds, uploadMaxBytes: 50 * 2 ** 30, fetchSeconds: 3600 },
  }
  return { ...adapters, ...createServices(adapters, settings) }
}

export type TestServer = {
  readonly base: string
  readonly port: number
  readonly drain: Drain
  /** Fetches a path. Does not follow redirects. */
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

/** Starts an app on a socket, in the same server as `larder serve`. */
const listenWith = async (
  createListener: (common: ServerContext) => RequestListener,
  limits: Partial<HttpLimits>,
  replies: DescribedReplies | null,
): Promise<TestServer> => {
  const { server, drain } = createHttpServer({
    limits: { ...defaultHttpLimits, ...limits },
    traffic: createTrafficCounters(),
    createApp: (common) => replies?.wrap(createListener(common)) ?? createListener(common),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const base = `http://127.0.0.1:${port}`
  return {
    base,
    port,
    drain,
    get: async (where, init) => {
      const reply = await fetch(`${base}${where}`, { redirect: 'manual', ...init })
      replies?.expectDescribed()
      return reply
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      replies?.expectDescribed()
    },
  }
}

/** The limits of uploads of the test server. No test may fail because storing takes long. */
const uploadLimits = { uploadSmallMaxBytes: 2 ** 20, uploadMaxBytes: 50 * 2 ** 30, uploadPatienceMs: 120_000 }

/**
 * Starts the app of Larder on a socket. `get` and `close` throw if it has sent a reply that docs/openapi.json does
 * not describe.
 */
export const listen = (
  larder: Larder,
  responseTelemetry: ResponseTelemetry = { cacheStatus: true, stopwatch: null },
  limits: Partial<HttpLimits> = {},
  publicCaching: PublicCaching = defaultPublicCaching,
): Promise<TestServer> =>
  listenWith(
    (common) =>
      createApp({
        ...larder,
        ...common,
        monotonic: systemMonotonic,
        mayExplainToken: createExplanationLimit(larder.monotonic),
        corsOrigins: ['*'],
        authenticateUploader: createAuthenticateUploader(
          authenticateAdminUploads(larder.admins, uploadLimits.uploadMaxBytes),
          larder.ticketService,
        ),
        tus: createTusProtocol(),
        ...uploadLimits,
        publicCaching,
        responseTelemetry: responseTelemetry,
        consoleAssets: new Map([['watch.js', { contentType: 'text/javascript', body: Buffer.from('1') }]]),
      }),
    limits,
    createDescribedReplies(),
  )

/** Starts an app with the routes of a test instead of Larder's. */
export const listenRoutes = (
  larder: Larder,
  createAllRoutes: (tools: RouteTools) => ReadonlyArray<RouteGroup>,
  limits: Partial<HttpLimits> = {},
): Promise<TestServer> => {
  const responseTelemetry = { cacheStatus: false, stopwatch: null }
  return listenWith(
    (common) =>
      createRequestListener(
        { ...larder, ...common, monotonic: systemMonotonic, corsOrigins: ['*'], responseTelemetry },
        createAllRoutes,
      ),
    limits,
    null,
  )
}

export const bearer = (jwt: string): RequestInit => ({ headers: { authorization: `Bearer ${jwt}` } })
