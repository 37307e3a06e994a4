import {
  DetailedError,
  defaultOptions,
  type HttpRequest,
  type HttpResponse,
  Upload as TusUpload,
} from 'tus-js-client'
import type { Client } from './create-client.ts'
import { forgiving, type UploadStorage } from './forgiving-storage.ts'
import { LarderError } from './larder-error.ts'
import { errorOfBody } from './reply-error.ts'
import { nameOf, readable, type UploadSource, unreadable } from './upload-source.ts'

type UploadOptions = {
  readonly source: UploadSource
  /** The name of the file, if the source has none. */
  readonly fileName?: string
  readonly title?: string
  readonly alt?: string
  readonly public?: boolean
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Is called with the number of bytes that were sent, and with that of all bytes, if it is foreseen. */
  readonly onProgress?: (sent: number, total: number | null) => void
  /**
   * An upload of the same file that was not finished is continued, if its URL is remembered. Browsers remember URLs in
   * `localStorage` if this is absent.
   */
  readonly storage?: UploadStorage
  /** Most bytes of one request; needed behind a proxy that limits requests. */
  readonly chunkBytes?: number
  /** Waits between tries without progress, in milliseconds. */
  readonly retryDelays?: ReadonlyArray<number>
  /** Pauses the upload, and fails it with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** An upload that runs, or is paused. */
export type RunningUpload = {
  /**
   * Resolves with the uid of the upload when all bytes are stored for good. Fails with a `LarderError`. A cancelled
   * upload never ends.
   */
  readonly received: Promise<string>
  /** Stops sending. What has arrived is kept by the server until the upload expires. */
  readonly pause: () => Promise<void>
  /** Goes on after a pause, where the server says that the bytes end. */
  readonly resume: () => void
  /** Ends the upload, and deletes what has arrived. */
  readonly cancel: () => Promise<void>
}

/** More than a minute in all, so that a server can be restarted meanwhile. Progress starts them again. */
const defaultDelays = [0, 500, 1000, 2000, 4000, 8000, 10_000, 15_000, 20_000]

const statusOf = (error: unknown): number =>
  error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0

/** Statuses after which another try may help: no reply, a lock that is held, a server that is busy or restarts. */
const mayRetry = (error: unknown): boolean => {
  if (error instanceof DetailedError && error.causingError instanceof LarderError) return false
  const status = statusOf(error)
  return (
    status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507)
  )
}

const isSameServer = (url: string, baseUrl: string): boolean =>
  new URL(url).origin === new URL(baseUrl).origin

/** Throws for a reply after which the upload would never end. `total`: number of its bytes, if it is foreseen. */
const checkOffset = (request: HttpRequest, response: HttpResponse, total: number | null): void => {
  if (request.getMethod() !== 'PATCH' || response.getStatus() !== 204) return
  const offset = response.getHeader('Upload-Offset') ?? ''
  const before = Number(request.getHeader('Upload-Offset'))
  // The request that tells the length of a stream may have no bytes.
  const least = request.getHeader('Upload-Length') === undefined ? before + 1 : before
  if (/^\d{1,15}$/.test(offset) && Number(offset) >= least && Number(offset) <= (total ?? Number(offset)))
    return
  throw new LarderError({
    ...{ type: 'unexpected_reply', status: 204 },
    message: `an upload that goes on at ${offset || 'no byte'} after byte ${before}`,
  })
}

const asLarderError = (error: unknown): LarderError => {
  if (error instanceof LarderError) return error
  if (error instanceof DetailedError && error.causingError instanceof LarderError) return error.causingError
  const reply = error instanceof DetailedError ? error.originalResponse : null
  if (reply === null || reply === undefined)
    return new LarderError({
      type: 'unreachable',
      message: error instanceof Error ? (error.message.split(', originated')[0] ?? '') : String(error),
      cause: error,
    })
  return errorOfBody(reply.getStatus(), reply.getBody(), (name) => reply.getHeader(name) ?? null)
}

const textFields = ({ fileName, title, alt, metadata, source, ...rest }: UploadOptions) => {
  const name = fileName ?? nameOf(source)
  return {
    ...(name !== undefined && { filename: name }),
    ...(title !== undefined && { title }),
    ...(alt !== undefined && { alt }),
    ...(rest.public !== undefined && { public: rest.public ? '1' : '0' }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
  }
}

/** Returns the uid of an upload, which ends its URL. */
const uidIn = (url: string | null): string => decodeURIComponent(url?.split('/').at(-1) ?? '')

/**
 * Uploads a file by tus, in pieces that survive lost connections, and restarts of the server. The client has an id token
 * of an admin, or a ticket. The upload begins at once.
 */
export const startUpload = (client: Client, options: UploadOptions): RunningUpload => {
  const { source, onProgress, chunkBytes, retryDelays = defaultDelays, signal } = options
  const storage = options.storage ?? defaultOptions.urlStorage
  let finish: (uid: string) => void
  let fail: (error: unknown) => void
  const received = new Promise<string>((resolve, reject) => {
    finish = resolve
    fail = reject
  })

  let total: number | null = null
  const { file, reading, checkBlob } = readable(source, chunkBytes, (cause) => {
    pause().catch(() => undefined)
    fail(unreadable(cause))
  })
  const upload = new TusUpload(file as ConstructorParameters<typeof TusUpload>[0], {
    endpoint: `${client.baseUrl}/api/1/uploads/tus`,
    metadata: textFields(options),
    retryDelays: [...retryDelays],
    removeFingerprintOnSuccess: true,
    ...reading,
    ...(storage != null && { urlStorage: forgiving(storage) }),
    onProgress: (sent, all) => {
      total = all
      onProgress?.(sent, all)
    },
    // A token may be renewed between two requests.
    onBeforeRequest: async (request) => {
      // The server chooses the URL of an upload.
      if (!isSameServer(request.getURL(), client.baseUrl))
        throw new LarderError({ type: 'unexpected_reply', message: 'an upload at another server' })
      await checkBlob()
      for (const [name, value] of Object.entries(await client.authorize())) request.setHeader(name, value)
    },
    onAfterResponse: (request, response) => checkOffset(request, response, total),
    onShouldRetry: mayRetry,
    onSuccess: () => finish(uidIn(upload.url)),
    onError: (error) => fail(asLarderError(error)),
  })

  let isPaused = false
  /** Whether the URL of an earlier upload was looked up, without which nothing is sent. */
  let isPrepared = false
  const pause = () => {
    isPaused = true
    return upload.abort()
  }
  const resume = () => {
    isPaused = false
    if (isPrepared) upload.start()
  }
  const cancel = () => {
    isPaused = true
    return upload.abort(true)
  }
  const stop = () => {
    pause().catch(() => undefined)
    fail(signal?.reason)
  }
  signal?.addEventListener('abort', stop, { once: true })
  const settled = () => signal?.removeEventListener('abort', stop)
  received.then(settled, settled)

  const start = async () => {
    if (signal?.aborted) throw signal.reason
    const [previous] = await upload.findPreviousUploads()
    if (previous !== undefined) upload.resumeFromPreviousUpload(previous)
    isPrepared = true
    if (!isPaused) upload.start()
  }
  start().catch((error: unknown) => fail(error))

  return { received, pause, resume, cancel }
}
