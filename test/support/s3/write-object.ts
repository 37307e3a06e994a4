import { type Bucket, md5, type StoredObject, storedHeaders } from './buckets.ts'
import { answer, type S3Request, type S3Response } from './exchange.ts'
import { preconditionFailed } from './s3-error.ts'

export const putObject = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  const { bytes, checksum } = await request.body()
  const etag = `"${md5(bytes)}"`
  const headers = storedHeaders(request.headers)
  store(bucket, request, { bytes, etag, modified: request.now, headers, checksum })
  return answer(200, { etag, ...checksum })
}

/** Stores the object under the request's key. Throws if the request's conditions forbid it. */
export const store = (bucket: Bucket, { key, headers }: S3Request, object: StoredObject): void => {
  const previous = bucket.objects.get(key)
  if (headers['if-none-match'] === '*' && previous !== undefined) throw preconditionFailed()
  if (headers['if-match'] !== undefined && headers['if-match'] !== previous?.etag) throw preconditionFailed()
  bucket.objects.set(key, object)
}
