import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Log } from '../../ports/log.ts'
import { adapterTimeoutMs } from '../store/store-limits.ts'

export type S3Options = {
  readonly bucket: string
  /** Prefix of every key, used unchanged: include a trailing slash if wanted. */
  readonly prefix: string
  /** `null`: AWS in the region. */
  readonly endpoint: string | null
  /** `null`: from the SDK's chain (`AWS_REGION`, `~/.aws/config`). */
  readonly region: string | null
  readonly forcePathStyle: boolean
  readonly log: Log
  /** If missing, from the SDK's chain: `AWS_ACCESS_KEY_ID`, `~/.aws`, the role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Overrides `defaultS3Timeouts`. */
  readonly timeouts?: Partial<S3Timeouts>
  /** Entries per page of a listing; the default is 1,000. */
  readonly listPageSize?: number
}

/** Milliseconds. */
export type S3Timeouts = {
  /** For a connection. */
  readonly connect: number
  /** Until the response to a read begins, over all attempts: a viewer waits for it. */
  readonly firstByte: number
  /** Without a byte in either direction. */
  readonly idle: number
  /** For the complete response to any other request. */
  readonly request: number
}

export const defaultS3Timeouts: S3Timeouts = {
  connect: 1_500,
  firstByte: adapterTimeoutMs('firstByte'),
  idle: 20_000,
  request: 120_000,
}

/** Maximum attempts per request, with growing random pauses. There is no other attempt after the first byte of a response. */
const maxAttempts = 3

/** Each stream being read holds one. The cache merges concurrent fills, so these are enough. */
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
    // Larder verifies objects by the sha256 in its own database.
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

/** Logs only the SDK's warnings. The adapter itself reports errors. */
const toLog = (log: Log): NonNullable<S3ClientConfig['logger']> => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => log.warn('s3.warning', { message: String(message) }),
  error: () => undefined,
})
