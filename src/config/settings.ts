import { resolve } from 'node:path'
import { E, pipe } from '../fp.ts'
import { defaultPublicCaching, type PublicCaching } from '../http/bytes/public-caching.ts'
import { defaultHttpLimits, type HttpLimits } from '../http/http-limits.ts'
import { type LogLevel, logLevels } from '../ports/log.ts'
import type { TokenKey } from '../ports/token-key.ts'
import { type ParseSetting, settingParsers } from './setting-parsers.ts'

const { text, matching, integer, bytes, flag, oneOf, url, site, origin, addressRange, list } = settingParsers

/** All settings, decoded. docs/settings.md describes them. */
export type Config = {
  readonly host: string
  readonly port: number
  /** The public URL without a slash at its end. */
  readonly publicUrl: string
  readonly dataDir: string
  /** URL of the PostgreSQL server; `null`: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null
  readonly databasePoolMax: number
  /** Settings of the S3 bucket; `null`: objects are stored in a folder in `dataDir`. */
  readonly s3: S3Config | null
  readonly cacheDir: string
  readonly cacheMaxBytes: number
  readonly cacheMemoryBytes: number
  /** How long media are served while the invalidations of other processes cannot be heard. */
  readonly busMaxCutSeconds: number
  /** How long invalidations are kept for processes that were disconnected. */
  readonly invalidationLogSeconds: number
  readonly tokenIssuer: string
  readonly tokenLeewaySeconds: number
  /** Maximum lifetime of a token in seconds. */
  readonly tokenMaxTtlSeconds: number
  /**
   * Token keys; `null`: Larder generates the keys on its first start, and stores them in `dataDir`. This
   * applies to all three kinds of keys.
   */
  readonly imageTokenKeys: ReadonlyArray<TokenKey> | null
  readonly contentTokenKeys: ReadonlyArray<TokenKey> | null
  readonly idTokenKeys: ReadonlyArray<TokenKey> | null
  readonly uidPrefix: string | null
  readonly corsOrigins: ReadonlyArray<string>
  /** Addresses and CIDR ranges that Larder may connect to for callers though they are not public. */
  readonly outboundAllow: ReadonlyArray<string>
  /** How clients and caches in between may store public files. */
  readonly publicCaching: PublicCaching
  /** Whether responses report the cache tier (`cacheStatus`) and the processing time (`serverTiming`). */
  readonly cacheStatus: boolean
  readonly serverTiming: boolean
  readonly imageMaxPixels: number
  readonly mediaMaxSeconds: number
  readonly mediaMaxWorkSeconds: number
  /** Number of jobs that a serving process does at a time. */
  readonly jobs: number
  /** Number of failed attempts after which a job fails. */
  readonly jobAttempts: number
  /** Port of the health check of `larder worker`; `null`: none. */
  readonly workerPort: number | null
  readonly ffmpegPath: string | null
  readonly ffprobePath: string | null
  /** Whether a sample video and a sample image are added to an empty library. */
  readonly sampleMedia: boolean
  /** Limits on the resources that clients can use. */
  readonly limits: HttpLimits
  /** Folder of the files that are being uploaded. */
  readonly incomingDir: string
  /** Maximum length of an upload in one request, and of any upload. */
  readonly uploadSmallMaxBytes: number
  readonly uploadMaxBytes: number
  /** Maximum time in which a file is fetched from a URL. */
  readonly fetchSeconds: number
  /** How long an upload waits for its next byte. */
  readonly uploadExpireSeconds: number
  /** How long a deleted file can be restored. */
  readonly trashSeconds: number
  readonly shutdownGraceSeconds: number
  /**
   * Duration of the lame-duck phase of a stop in seconds; `null`: 2 seconds, or 0 if Larder runs at a
   * terminal.
   */
  readonly lameDuckSeconds: number | null
  readonly logLevel: LogLevel
}

type S3Config = {
  readonly bucket: string
  readonly prefix: string
  readonly endpoint: string | null
  readonly region: string | null
  readonly forcePathStyle: boolean
}

/**
 * Signals an invalid setting that is only detected when the setting is used. The message is one line for the
 * operator.
 */
export class InvalidSettingError extends Error {}

/**
 * Parsers of token keys. These parsers are passed as arguments, because the adapter for tokens defines the
 * notation, and settings do not depend on adapters.
 */
type KeyParsers = {
  readonly parseTokenKeys: ParseSetting<ReadonlyArray<TokenKey>>
  /** Parses keys as `parseTokenKeys` does. Also accepts one plain secret. */
  readonly parseSecretOrKeys: ParseSetting<ReadonlyArray<TokenKey>>
}

// Names of secret settings. Error messages must not contain the values of these settings.
const secrets = new Set(['DATABASE_URL', 'IMAGE_TOKEN_KEYS', 'CONTENT_TOKEN_KEYS', 'ID_TOKEN_SECRET'])

/**
 * Upper limit of TOKEN_MAX_TTL_SECONDS: 399 days. Revocations are stored for 400 days, so that every revoked
 * token expires before its revocation is forgotten.
 */
const maxTokenTtlSeconds = 399 * 86_400

/** Decodes the environment. Fails with one line for each invalid setting: name, fault, example. */
export const loadConfig = (
  env: Readonly<Record<string, string | undefined>>,
  { parseTokenKeys, parseSecretOrKeys }: KeyParsers,
): E.Either<ReadonlyArray<string>, Config> => {
  const faults: string[] = []

  /** Returns `fallback` for an unset, empty or invalid variable. Records the fault of an invalid one. */
  const read = <A, B>(name: string, parse: ParseSetting<A>, fallback: B, example: string): A | B => {
    const value = env[name]
    if (value === undefined || value === '') return fallback
    return pipe(
      parse(value),
      E.getOrElse((fault): A | B => {
        const shown = secrets.has(name) ? name : `${name}=${value}`
        faults.push(`${shown} ${fault}; for example ${name}=${example}`)
        return fallback
      }),
    )
  }

  const host = read(
    'HOST',
    matching(/^[\w.:%-]+$/, 'is neither an address nor the name of a host'),
    '127.0.0.1',
    '0.0.0.0',
  )
  const port = read('PORT', integer(0, 65_535), 8080, '8080')
  const dataDir = resolve(read('DATA_DIR', text, './data', './data'))
  const databaseUrl = read(
    'DATABASE_URL',
    url('postgres:', 'postgresql:'),
    null,
    'postgres://larder:secret@127.0.0.1:5432/larder',
  )
  const bucket = read('S3_BUCKET', matching(/^\S+$/, 'is not the name of a bucket'), null, 'larder-media')
  const s3Options = {
    prefix: read('S3_PREFIX', matching(/^([\w.!-]+\/)*$/, 'does not end with a slash'), '', 'larder/'),
    endpoint: read('S3_ENDPOINT', url('http:', 'https:'), null, 'http://127.0.0.1:9000'),
    region: read('S3_REGION', matching(/^\S+$/, 'is not the name of a region'), null, 'eu-central-1'),
    forcePathStyle: read('S3_FORCE_PATH_STYLE', flag, false, '1'),
  }

  const seconds = (name: string, min: number, fallback: number, example: string): number =>
    1000 * read(name, integer(min, 3600), fallback / 1000, example)
  const limits: HttpLimits = {
    connections: read('MAX_CONNECTIONS', integer(1, 1_000_000), defaultHttpLimits.connections, '10000'),
    inFlight: read('MAX_IN_FLIGHT', integer(1, 100_000), defaultHttpLimits.inFlight, '512'),
    waiting: read('MAX_WAITING', integer(0, 1_000_000), defaultHttpLimits.waiting, '4096'),
    waitMilliseconds: seconds('MAX_WAIT_SECONDS', 1, defaultHttpLimits.waitMilliseconds, '3'),
    headerBytes: read('MAX_HEADER_BYTES', bytes('1K', '1M'), defaultHttpLimits.headerBytes, '16K'),
    headerMilliseconds: seconds('HEADER_SECONDS', 1, defaultHttpLimits.headerMilliseconds, '15'),
    bodyBytes: read('MAX_BODY_BYTES', bytes('1', '1G'), defaultHttpLimits.bodyBytes, '1M'),
    requestMilliseconds: seconds('REQUEST_SECONDS', 1, defaultHttpLimits.requestMilliseconds, '60'),
    keepAliveMilliseconds: seconds('KEEP_ALIVE_SECONDS', 1, defaultHttpLimits.keepAliveMilliseconds, '75'),
    eventStreams: read('SSE_MAX', integer(0, 1_000_000), defaultHttpLimits.eventStreams, '1000'),
    stallMilliseconds: seconds('CLIENT_STALL_SECONDS', 1, defaultHttpLimits.stallMilliseconds, '60'),
    replyMilliseconds: defaultHttpLimits.replyMilliseconds,
  }

  const config: Config = {
    host,
    port,
    publicUrl: read(
      'PUBLIC_URL',
      site,
      `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`,
      'https://media.example.org',
    ),
    dataDir,
    databaseUrl,
    databasePoolMax: read('DATABASE_POOL_MAX', integer(2, 1000), 10, '10'),
    s3: bucket === null ? null : { bucket, ...s3Options },
    cacheDir: resolve(read('CACHE_DIR', text, `${dataDir}/cache`, '/var/cache/larder')),
    cacheMaxBytes: read('CACHE_MAX_BYTES', bytes('1M', '1024T'), 10 * 1024 ** 3, '10G'),
    cacheMemoryBytes: read('CACHE_MEMORY_BYTES', bytes('1', '1024T'), 256 * 1024 ** 2, '1G'),
    busMaxCutSeconds: read('BUS_MAX_CUT_SECONDS', integer(10, 31_536_000), 86_400, '86400'),
    invalidationLogSeconds: read('INVALIDATION_LOG_SECONDS', integer(60, 31_536_000), 86_400, '86400'),
    tokenIssuer: read('TOKEN_ISSUER', text, 'larder', 'larder'),
    tokenLeewaySeconds: read('TOKEN_LEEWAY_SECONDS', integer(0, 300), 0, '5'),
    tokenMaxTtlSeconds: read(
      'TOKEN_MAX_TTL_SECONDS',
      integer(3600, maxTokenTtlSeconds),
      30 * 86_400,
      '2592000',
    ),
    imageTokenKeys: read('IMAGE_TOKEN_KEYS', parseTokenKeys, null, 'k1:HS256:<base64url of 32 random bytes>'),
    contentTokenKeys: read(
      'CONTENT_TOKEN_KEYS',
      parseTokenKeys,
      null,
      'k1:HS256:<base64url of 32 random bytes>',
    ),
    idTokenKeys: read('ID_TOKEN_SECRET', parseSecretOrKeys, null, '<32 or more characters>'),
    uidPrefix: read(
      'UID_PREFIX',
      matching(/^[A-Za-z0-9-]{1,32}$/, 'is not 1 to 32 letters, digits or hyphens'),
      null,
      'acme',
    ),
    corsOrigins: read('CORS_ORIGINS', list(origin), ['*'], 'https://www.example.org,https://app.example.org'),
    outboundAllow: read('OUTBOUND_ALLOW', list(addressRange), [], '10.1.2.3,10.20.0.0/16'),
    publicCaching: {
      maxAgeSeconds: read(
        'PUBLIC_MAX_AGE_SECONDS',
        integer(0, 31_536_000),
        defaultPublicCaching.maxAgeSeconds,
        '3600',
      ),
      cdnCacheControl: read(
        'CDN_CACHE_CONTROL',
        matching(/^[\w-]+(?:=\d+)?(?:, *[\w-]+(?:=\d+)?)*$/, 'is not a list of directives'),
        defaultPublicCaching.cdnCacheControl,
        'max-age=86400',
      ),
      hasCacheTags: read('CACHE_TAGS', flag, defaultPublicCaching.hasCacheTags, '1'),
    },
    cacheStatus: read('CACHE_STATUS', flag, true, '0'),
    serverTiming: read('SERVER_TIMING', flag, true, '0'),
    imageMaxPixels: read('IMAGE_MAX_PIXELS', integer(1, 1e9), 120_000_000, '120000000'),
    mediaMaxSeconds: read('MEDIA_MAX_SECONDS', integer(1, 604_800), 14_400, '14400'),
    mediaMaxWorkSeconds: read('MEDIA_MAX_WORK_SECONDS', integer(60, 604_800), 86_400, '86400'),
    jobs: read('JOBS', integer(0, 64), 1, '1'),
    jobAttempts: read('JOB_ATTEMPTS', integer(1, 100), 5, '5'),
    workerPort: read('WORKER_PORT', integer(0, 65_535), null, '8081'),
    ffmpegPath: read('FFMPEG_PATH', text, null, '/usr/bin/ffmpeg'),
    ffprobePath: read('FFPROBE_PATH', text, null, '/usr/bin/ffprobe'),
    sampleMedia: read('SAMPLE_MEDIA', flag, databaseUrl === null, '0'),
    limits,
    incomingDir: resolve(read('INCOMING_DIR', text, `${dataDir}/incoming`, '/srv/larder/incoming')),
    uploadSmallMaxBytes: read('UPLOAD_SMALL_MAX_BYTES', bytes('1', '50G'), 100 * 1024 ** 2, '100M'),
    uploadMaxBytes: read('UPLOAD_MAX_BYTES', bytes('1', '1024T'), 50 * 1024 ** 3, '50G'),
    fetchSeconds: read('FETCH_SECONDS', integer(1, 86_400), 3600, '3600'),
    uploadExpireSeconds: read('UPLOAD_EXPIRE_SECONDS', integer(60, 604_800), 86_400, '86400'),
    trashSeconds: read('TRASH_SECONDS', integer(0, 315_360_000), 604_800, '604800'),
    lameDuckSeconds: read('LAME_DUCK_SECONDS', integer(0, 3600), null, '2'),
    shutdownGraceSeconds: read('SHUTDOWN_GRACE_SECONDS', integer(0, 3600), 10, '10'),
    logLevel: read('LOG_LEVEL', oneOf(logLevels), 'warn', 'info'),
  }
  return faults.length > 0 ? E.left(faults) : E.right(config)
}
