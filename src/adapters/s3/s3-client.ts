import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Log } from '../../ports/log.ts'
import { withStoreLimit } from '../store/store-limits.ts'

export type S3Options = {
  readonly bucket: string
  /** Before every key, as it is: with a slash at its end, if one is wanted. */
  readonly prefix: string
  /** `null`: AWS itself, at the region. */
  readonly endpoint: string | null
  /** `null`: by the SDK's own chain (`AWS_REGION`, `~/.aws/config`). */
  readonly region: string | null
  readonly forcePathStyle: boolean
  readonly log: Log
  /** By the SDK's own chain, unless given: `AWS_ACCESS_KEY_ID`, `~/.aws`, the role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Those that are not given are as usual. */
  readonly timeouts?: Partial<S3Timeouts>
  /** Entries of one page of a listing: 1,000 unless given. */
  readonly listPageSize?: number
}

/** Milliseconds. */
export type S3Timeouts = {
  /** Until a connection stands. */
  readonly connect: number
  /** Until an answer to a read begins, over all tries: a viewer waits for it. */
  readonly firstByte: number
  /** Without a byte in either direction. */
  readonly idle: number
  /** Until one request that is not a read is answered, its body included. */
  readonly request: number
}

export const usualTimeouts: S3Timeouts = {
  connect: 1_500,
  firstByte: withStoreLimit('firstByte'),
  idle: 20_000,
  request: 120_000,
}

/** Tries of one request until its first byte, with growing pauses of random length between. */
const maxAttempts = 3

/** Each stream that is being read holds one; what the cache fills it collapses, so these are many. */
const maxSockets = 128

export const createS3Client = (options: S3Options): S3Client => {
  // The SDK's own switch for the line that it would print on Node 20.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

  const { connect, idle, request } = Object.assign({}, usualTimeouts, options.timeouts)
  const logger = toLog(options.log)
  const config: S3ClientConfig = {
    forcePathStyle: options.forcePathStyle,
    maxAttempts,
    logger,
    // Larder verifies what it reads by the sha256 of its own records.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connect,
      socketTimeout: idle,
      requestTimeout: request,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
      logger,
    },
  }
  if (options.endpoint !== null) config.endpoint = options.endpoint
  if (options.region !== null) config.region = options.region
  if (options.credentials !== undefined) config.credentials = options.credentials
  return new S3Client(config)
}

/** The SDK tells of each request and of each error, which the adapter hands on itself; only its warnings are news. */
const toLog = (log: Log): NonNullable<S3ClientConfig['logger']> => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => log.warn('s3.warning', { message: String(message) }),
  error: () => undefined,
})
