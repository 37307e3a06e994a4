import { Readable } from 'node:stream'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { NewObject } from '../../ports/object-store.ts'
import { putTimeoutMs } from '../store/put-limit.ts'
import { verifyChecksum } from '../store/verify-checksum.ts'
import type { S3Calls } from './s3-calls.ts'
import type { ObjectAddress } from './s3-download.ts'

const smallestPart = 8 * 1024 * 1024
/** Maximum number of parts that S3 permits. */
const maxParts = 10_000
/** Number of parts in memory, in addition to the part that is being read. */
const partsAtOnce = 3

/**
 * Stores an object. A small object is sent in one request with its sha256, a large object in parts that each
 * have a checksum. The parts become an object only if the whole source has the declared length and sha256.
 */
export const uploadObject = async (
  client: S3Client,
  place: ObjectAddress,
  object: NewObject,
  calls: S3Calls,
): Promise<void> => {
  const params = { ...place, ContentType: object.contentType }
  if (object.size <= smallestPart) {
    const Body = await collect(verifyChecksum(object))
    const ChecksumSHA256 = Buffer.from(object.sha256, 'hex').toString('base64')
    const put = new PutObjectCommand({ ...params, Body, ChecksumSHA256 })
    await calls.withTimeout(putTimeoutMs(object.size), (abortSignal) => client.send(put, { abortSignal }))
    return
  }
  const parts = new Upload({
    client,
    params: { ...params, Body: Readable.from(verifyChecksum(object)) },
    partSize: Math.max(smallestPart, Math.ceil(object.size / maxParts)),
    queueSize: partsAtOnce,
  })
  await calls.withTimeout(putTimeoutMs(object.size), (signal) => {
    // biome-ignore lint/complexity/noVoid: it only aborts a controller, and `done` rejects for it
    signal.addEventListener('abort', () => void parts.abort(), { once: true })
    return parts.done()
  })
}

const collect = async (bytes: ByteStream): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}
