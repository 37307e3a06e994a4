import path from 'node:path'
import { createUncachedReader } from '../adapters/cache/blobs/uncached-reader.ts'
import { hmacWebhookSigning } from '../adapters/crypto/hmac-webhook-signing.ts'
import { randomTicketSecrets } from '../adapters/crypto/random-ticket-secrets.ts'
import { createRandomUid } from '../adapters/crypto/random-uid.ts'
import { createFsIncomingFiles } from '../adapters/fs/fs-incoming-files.ts'
import { createFsLocalFiles } from '../adapters/fs/fs-local-files.ts'
import { createFsLocalInstances } from '../adapters/fs/fs-local-instances.ts'
import { createFsRevocationFile } from '../adapters/fs/fs-revocation-file.ts'
import { createHttpOutbound } from '../adapters/http/http-outbound.ts'
import { createPortCheck } from '../adapters/http/outbound-target.ts'
import { systemResolveName } from '../adapters/http/system-resolve-name.ts'
import { createKnex } from '../adapters/knex/create-knex.ts'
import { followerDatabaseLimits } from '../adapters/knex/database-limits.ts'
import { createKnexContentFileRepository } from '../adapters/knex/knex-content-file-repository.ts'
import { createKnexDatabase } from '../adapters/knex/knex-database.ts'
import { createKnexFetchRepository } from '../adapters/knex/knex-fetch-repository.ts'
import { createKnexImageFileRepository } from '../adapters/knex/knex-image-file-repository.ts'
import { createKnexInstances } from '../adapters/knex/knex-instances.ts'
import { createKnexJobQueue } from '../adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../adapters/knex/knex-media-repository.ts'
import { createKnexRevocations } from '../adapters/knex/knex-revocations.ts'
import { createKnexStoredFileRepository } from '../adapters/knex/knex-stored-file-repository.ts'
import { createKnexTicketRepository } from '../adapters/knex/knex-ticket-repository.ts'
import { createKnexTrash } from '../adapters/knex/knex-trash.ts'
import { createKnexUploadRepository } from '../adapters/knex/knex-upload-repository.ts'
import { createKnexUserRepository } from '../adapters/knex/knex-user-repository.ts'
import { createKnexWebhookDeliveries } from '../adapters/knex/knex-webhook-deliveries.ts'
import { createKnexWebhookRepository } from '../adapters/knex/knex-webhook-repository.ts'
import { createPostgresEventLog } from '../adapters/knex/postgres-event-log.ts'
import { createPostgresInvalidationBus } from '../adapters/knex/postgres-invalidation-bus.ts'
import { createPostgresWorkLocks } from '../adapters/knex/postgres-work-locks.ts'
import { createPinoLog } from '../adapters/pino/pino-log.ts'
import { createBreaker } from '../adapters/platform/breaker.ts'
import { closeAll } from '../adapters/platform/close-all.ts'
import { ensureFolder } from '../adapters/platform/ensure-folder.ts'
import { createProcessLiveness } from '../adapters/platform/process-liveness.ts'
import { systemMonotonic } from '../adapters/platform/system-monotonic.ts'
import { timerSleep } from '../adapters/platform/timer-sleep.ts'
import { senderName, workerName } from '../adapters/platform/worker-name.ts'
import { createEmbeddedConnection } from '../adapters/postgres-embedded/embedded-connection.ts'
import { createSharpImageProcessor } from '../adapters/sharp/sharp-image-processor.ts'
import { createBoundedObjectStore } from '../adapters/store/bounded-object-store.ts'
import { createTranscoder } from '../adapters/transcode/create-transcoder.ts'
import type { Config } from '../config/settings.ts'
import { createRevocationIndex } from '../domain/access/revocation-index.ts'
import { createFollowTrust } from '../domain/freshness/follow-trust.ts'
import { createOutageLog } from '../domain/health/outage-log.ts'
import { withoutEvents } from '../ports/log.ts'
import { createCache } from './cache.ts'
import { createPlaylistFetcher } from './create-playlist-fetcher.ts'
import { waitForEmbeddedPostgres } from './database.ts'
import type { Adapters } from './larder.ts'
import { createStore, reportOutages, storeBreakerOpenMs } from './store.ts'
import { createTokens } from './tokens.ts'

/**
 * Creates all adapters. Does not connect to the database or the store, because these services may start later
 * than Larder. Throws if DATA_DIR is not writable.
 */
export const createAdapters = async (
  config: Config,
  /** Names of log events that are not logged, because the command reports them itself. */
  reported: ReadonlyArray<string> = [],
): Promise<Adapters & { readonly close: () => Promise<void> }> => {
  const clock = Date.now
  const monotonic = systemMonotonic
  const log = withoutEvents(createPinoLog(config.logLevel), reported)
  const outages = createOutageLog(log, monotonic)
  const { dataDir, databaseUrl } = config
  await ensureFolder(dataDir)
  const liveness = createProcessLiveness(path.join(dataDir, 'processes'))
  const embedded = createEmbeddedConnection(path.join(dataDir, 'postgres'))
  const connection = databaseUrl === null ? embedded.get : async () => ({ connectionString: databaseUrl })
  const db = createKnex(connection, config.databasePoolMax, reportOutages(outages, 'database'))
  // Only a process that follows connects: it reads revocations, one query at a time.
  const followersDb = createKnex(connection, 1, { limits: followerDatabaseLimits })
  const objects = await createStore(config, liveness, log)
  const store = createBoundedObjectStore(
    objects.store,
    createBreaker({ openMs: storeBreakerOpenMs, monotonic, ...reportOutages(outages, 'object store') }),
  )
  const followTrust = createFollowTrust(monotonic)
  const cache = await createCache(config, { clock, monotonic, log, trustedUntil: followTrust.until })
  const tokens = createTokens(config, clock)
  return {
    cache: cache.values,
    stale: cache.stale,
    blobs: cache.blobs,
    cacheStats: cache.stats,
    cacheBytes: cache.bytes,
    cacheCheck: cache.check,
    bus: createPostgresInvalidationBus(db, connection),
    busPositions: cache.positions,
    followTrust,
    instances: createKnexInstances(db),
    localInstances: createFsLocalInstances(path.join(dataDir, 'instances'), liveness),
    store,
    readUncached: createUncachedReader(store),
    database:
      databaseUrl === null
        ? waitForEmbeddedPostgres(embedded, createKnexDatabase(db))
        : createKnexDatabase(db),
    imageFiles: createKnexImageFileRepository(db),
    contentFiles: createKnexContentFileRepository(db),
    media: createKnexMediaRepository(db),
    trash: createKnexTrash(db),
    uploads: createKnexUploadRepository(db, config.uploadExpireSeconds),
    incoming: createFsIncomingFiles(config.incomingDir, clock, objects.folder),
    storedFiles: createKnexStoredFileRepository(db),
    users: createKnexUserRepository(db),
    fetches: createKnexFetchRepository(db),
    tickets: createKnexTicketRepository(db),
    ticketSecrets: randomTicketSecrets,
    tokens: tokens.media,
    idTokenVerifier: tokens.idVerifier,
    idTokenIssuer: tokens.idIssuer,
    explainToken: tokens.explain,
    revocations: createKnexRevocations(db, followersDb),
    revocationFile: createFsRevocationFile(path.join(dataDir, 'revocations')),
    revocationIndex: createRevocationIndex(),
    files: await createFsLocalFiles(path.join(dataDir, 'scratch'), liveness),
    images: createSharpImageProcessor({ maxPixels: config.imageMaxPixels, timeoutSeconds: 300 }),
    transcoder: createTranscoder({
      ffmpegPath: config.ffmpegPath,
      ffprobePath: config.ffprobePath,
      maxSeconds: config.mediaMaxSeconds,
      maxWorkSeconds: config.mediaMaxWorkSeconds,
      log,
    }),
    jobs: createKnexJobQueue(db, workerName),
    webhooks: createKnexWebhookRepository(db),
    webhookDeliveries: createKnexWebhookDeliveries(db),
    webhookSigning: hmacWebhookSigning,
    senderName,
    eventLog: createPostgresEventLog(db, connection),
    locks: createPostgresWorkLocks(db, connection),
    sleep: timerSleep,
    playlistFetcher: createPlaylistFetcher(),
    outbound: createHttpOutbound({ resolveName: systemResolveName, exceptions: config.outboundAllow }),
    mayUsePort: createPortCheck(config.outboundAllow),
    newUid: createRandomUid(config.uidPrefix),
    clock,
    monotonic,
    log,
    outages,
    close: () =>
      closeAll([
        [{ name: 'cache', close: cache.close }],
        [{ name: 'object store', close: async () => objects.close() }],
        [
          // Both pools are closed at once: each step of a sequence leaves the others less time.
          { name: 'database', close: () => Promise.all([db.destroy(), followersDb.destroy()]) },
          { name: 'embedded database', close: embedded.stop },
        ],
        // The beacon, which shows other processes that this process is alive, is closed last, because the
        // other resources need it until they are closed.
      ]).finally(() => liveness.close()),
  }
}
