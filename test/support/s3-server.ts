import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { receiveBody } from './s3/body.ts'
import { type Buckets, createBucket } from './s3/buckets.ts'
import { errorXml, type S3Request, type S3Response } from './s3/exchange.ts'
import { route } from './s3/routes.ts'
import { isS3Error, type S3Error, s3Error } from './s3/s3-error.ts'
import { type Credentials, isPresigned, verifySignature } from './s3/signature.ts'

/** The part of a request that tests inspect. */
export type SeenRequest = Pick<S3Request, 'method' | 'bucket' | 'key' | 'headers' | 'query'>

type S3ServerOptions = {
  /** The names of the buckets that exist from the start. */
  readonly buckets?: ReadonlyArray<string>
  readonly clock?: () => number
  /** Called with each request whose signature is valid. If it returns an error, the error is the response. */
  readonly intercept?: (request: SeenRequest) => S3Error | null
}

/** An S3 server in this process, with its objects in memory. */
export type S3Server = {
  /** The URL `http://127.0.0.1:{port}`. Buckets are in the path. */
  readonly endpoint: string
  readonly region: string
  readonly credentials: Credentials
  readonly buckets: Buckets
  /** Requests so far with a valid signature, in order. */
  readonly requests: ReadonlyArray<SeenRequest>
  readonly close: () => Promise<void>
}

const credentials: Credentials = { accessKeyId: 'larder', secretAccessKey: 'a secret/of+the tests' }
const region = 'eu-test-1'

/**
 * Starts a strict S3 server. It verifies signatures (including those of presigned URLs), payload hashes,
 * checksums, framing and trailers. It implements the buckets, objects, ranges, conditions, multipart uploads
 * and listings that Larder and its tests use. It refuses all other requests with `501 NotImplemented`.
 */
export const startS3Server = async (options: S3ServerOptions = {}): Promise<S3Server> => {
  const { clock = Date.now, intercept = () => null } = options
  const buckets: Buckets = new Map()
  for (const name of options.buckets ?? []) createBucket(buckets, name)
  const requests: SeenRequest[] = []

  const respond = async (message: IncomingMessage): Promise<S3Response> => {
    const { path, query } = targetOf(message.url ?? '/')
    const signed = { method: message.method ?? '', path, query, headers: message.headers }
    verifySignature(signed, { ...credentials, region }, clock())
    const request: S3Request = {
      ...signed,
      ...bucketAndKeyOf(path),
      query: new Map(query),
      body: () => receiveBody(message, isPresigned(signed)),
      now: clock(),
    }
    requests.push(request)
    const fault = intercept(request)
    if (fault !== null) throw fault
    return route(buckets, request)
  }

  const server = createServer(async (message, response) => {
    const reply = await respond(message).catch(errorResponse)
    await readToEnd(message)
    // From this header a client with another clock computes the difference.
    response.setHeader('date', new Date(clock()).toUTCString())
    write(message, response, reply)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region,
    credentials,
    buckets,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw s3Error('InvalidURI', 400, 'The URI is not well encoded')
  }
}

const targetOf = (
  url: string,
): { readonly path: string; readonly query: ReadonlyArray<readonly [string, string]> } => {
  const [path = '/', query = ''] = url.split(/\?(.*)/s)
  const pairs = query.split('&').filter((pair) => pair !== '')
  return {
    path,
    query: pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      return [decoded(name), decoded(value)]
    }),
  }
}

const bucketAndKeyOf = (path: string): { readonly bucket: string; readonly key: string } => {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? []
  return { bucket: decoded(bucket), key: decoded(key) }
}

const errorResponse = (error: unknown): S3Response => {
  const { code, status, message, headers } = isS3Error(error)
    ? error
    : s3Error('InternalError', 500, error instanceof Error ? (error.stack ?? '') : String(error))
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: Buffer.from(errorXml(code, message)),
  }
}

/**
 * Reads the rest of a body. If a connection is closed with unread bytes, the client may lose the response.
 */
const readToEnd = async (message: IncomingMessage): Promise<void> => {
  if (message.complete || message.destroyed) return
  message.resume()
  await once(message, 'close')
}

const write = (
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: S3Response,
): void => {
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  response.writeHead(status, { ...headers, ...length })
  response.end(message.method === 'HEAD' ? undefined : body)
}
