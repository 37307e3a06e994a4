import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { noSuchBucket, s3Error } from './s3-error.ts'

export type StoredObject = {
  readonly bytes: Buffer
  /** In quotes, as in the header. */
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly modified: number
  /** Headers that are returned with the bytes: content type, metadata. */
  readonly headers: Readonly<Record<string, string>>
  /** Checksum headers, which are returned only on request. */
  readonly checksum: Readonly<Record<string, string>>
}

export type Upload = {
  readonly key: string
  /** Milliseconds since 1970. */
  readonly started: number
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>
}

export type Bucket = {
  readonly objects: Map<string, StoredObject>
  readonly uploads: Map<string, Upload>
}

/** All data of the server, in memory. */
export type Buckets = Map<string, Bucket>

export const bucketOf = (buckets: Buckets, name: string): Bucket => {
  const bucket = buckets.get(name)
  if (bucket === undefined) throw noSuchBucket()
  return bucket
}

export const createBucket = (buckets: Buckets, name: string): void => {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw s3Error('InvalidBucketName', 400)
  if (buckets.has(name)) throw s3Error('BucketAlreadyOwnedByYou', 409)
  buckets.set(name, { objects: new Map(), uploads: new Map() })
}

export const deleteBucket = (buckets: Buckets, name: string): void => {
  if (bucketOf(buckets, name).objects.size > 0) throw s3Error('BucketNotEmpty', 409)
  buckets.delete(name)
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** The headers of a PUT that are stored and that a GET returns. */
export const storedHeaders = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> => {
  const isStored = (name: string): boolean =>
    /^(content-type|content-disposition|content-language|cache-control|expires|x-amz-meta-.+)$/.test(name)
  const stored = Object.entries(headers).filter(([name]) => isStored(name))
  return {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(stored.map(([n, v]) => [n, String(v)])),
  }
}
