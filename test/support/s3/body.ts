import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { decodeChunks } from './aws-chunked.ts'
import { checksumOf, isChecksumHeader } from './checksums.ts'
import { badDigest, incompleteBody, invalidRequest, notImplemented, s3Error } from './s3-error.ts'

/** A request body that passed all verifications. */
export type Body = {
  readonly bytes: Buffer
  /** The declared checksum, with the name of its header. */
  readonly checksum: Readonly<Record<string, string>>
}

const streamed = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** Reads the whole body. Throws if its length or bytes differ from its headers and trailers. */
export const receiveBody = async (request: IncomingMessage, presigned: boolean): Promise<Body> => {
  const { headers } = request
  const payload = presigned ? 'UNSIGNED-PAYLOAD' : headerOf(headers, 'x-amz-content-sha256')
  if (payload.startsWith('STREAMING-') && payload !== streamed) throw notImplemented(payload)
  const sent = await bytesOf(request)
  const { bytes, trailers } =
    payload === streamed ? decodeChunks(sent) : { bytes: sent, trailers: new Map<string, string>() }
  verifyLength(
    bytes,
    headerOf(headers, payload === streamed ? 'x-amz-decoded-content-length' : 'content-length'),
  )
  verifyPayloadHash(bytes, payload)
  verifyMd5(bytes, headers['content-md5']?.toString())
  return { bytes, checksum: verifiedChecksum(bytes, headers, trailers) }
}

const headerOf = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name]
  if (typeof value !== 'string') throw s3Error('MissingHeader', 411, `The header ${name} is missing`)
  return value
}

const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    throw incompleteBody()
  }
  return Buffer.concat(chunks)
}

const verifyLength = (bytes: Buffer, announced: string): void => {
  if (bytes.length < Number(announced)) throw incompleteBody()
  if (bytes.length !== Number(announced)) throw invalidRequest('The body is longer than announced')
}

const verifyPayloadHash = (bytes: Buffer, payload: string): void => {
  if (payload === 'UNSIGNED-PAYLOAD' || payload === streamed) return
  if (createHash('sha256').update(bytes).digest('hex') !== payload) {
    throw s3Error('XAmzContentSHA256Mismatch', 400, 'The x-amz-content-sha256 is not that of the body')
  }
}

const verifyMd5 = (bytes: Buffer, announced: string | undefined): void => {
  if (announced === undefined) return
  if (createHash('md5').update(bytes).digest('base64') !== announced) throw badDigest('Content-MD5')
}

const verifiedChecksum = (
  bytes: Buffer,
  headers: IncomingHttpHeaders,
  trailers: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> => {
  const announced = String(headers['x-amz-trailer'] ?? '').toLowerCase()
  if (announced !== '' && !trailers.has(announced))
    throw invalidRequest(`The trailer ${announced} is missing`)
  const given = [...Object.entries(headers), ...trailers].filter(([name]) => isChecksumHeader(name))
  for (const [name, value] of given) if (checksumOf(name, bytes) !== value) throw badDigest(name)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}
