import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Log } from '../../ports/log.ts'
import { adapterTimeoutMs } from '../store/store-limits.ts'

export type S3Options = {
  readonly bucket: string
  /** Prefix of every key. The prefix is used unchanged, so it must include a slash at its end. */
  readonly prefix: string
  /** URL of the store. `null`: the store is AWS S3 in the region. */
  readonly endpoint: string | null
  /** Region of the store. `null`: the SDK finds it (`AWS_REGION`, `~/.aws/config`). */
  readonly region: string | null
  readonly forcePathStyle: boolean
  readonly log: Log
  /**
   * Credentials. If they are missing, the SDK finds them (`AWS_ACCESS_KEY_ID`, `~/.aws`, the role of the
   * machine).
   */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Overrides `defaultS3Timeouts`. */
  readonly timeouts?: Partial<S3Timeouts>
  /** Number of entries per page of a listing. The default is 1,000. */
  readonly listPageSize?: number
}

/** Timeouts in milliseconds. */
type S3Timeouts = {
  /** Maximum time to open a connection. */
  readonly connect: number
  /**
   * Maximum time until the response to a read begins, including all attempts. It is short, because a viewer
   * waits for the response.
   */
  readonly firstByte: number
  /** Maximum time without a byte in either direction. */
  readonly idle: number
  /** Maximum time until the response to any other request is complete. */
  readonly request: number
}

export const defaultS3Timeouts: S3Timeouts = {
  connect: 1_500,
  firstByte: adapterTimeoutMs('firstByte'),
  idle: 20_000,
  request: 120_000,
}

/**
 * Maximum number of attempts per request, with growing random pauses. After the first byte of a response
 * there is no other attempt.
 */
const maxAttempts = 3

/**
 * Maximum number of sockets. Each stream that is being read uses one. This number is enough, because the
 * cache merges concurrent fetches of the same object.
 */
const maxSockets = 128

export const createS3Client = (options: S3Options): S3Client => {
  // Disables the warning that the SDK prints on Node 20.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

  const { connect, idle, request } = Object.assign({}, defaultS3Timeouts, options.timeouts)
  const logger = toLog(options.log)
  const config: S3ClientConfig = {
    forcePathStyle: options.forcePathStyle,
    maxAttempts,
    logger,
    // The SDK need not verify responses, because Larder verifies objects with the sha256 in its own database.
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

/** Logs only warnings of the SDK, because the adapter itself reports errors. */
const toLog = (log: Log): NonNullable<S3ClientConfig['logger']> => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => log.warn('s3.warning', { message: String(message) }),
  error: () => undefined,
})
