import { type Bucket, keptHeaders, md5, type StoredObject } from './buckets.ts'
import { answer, type S3Request, type S3Response } from './exchange.ts'
import { preconditionFailed } from './s3-error.ts'

export const putObject = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  const { bytes, checksum } = await request.body()
  const etag = `"${md5(bytes)}"`
  const headers = keptHeaders(request.headers)
  store(bucket, request, { bytes, etag, modified: request.now, headers, checksum })
  return answer(200, { etag, ...checksum })
}

/** Puts the object where the request says, unless its conditions forbid it. */
export const store = (bucket: Bucket, { key, headers }: S3Request, object: StoredObject): void => {
  const old = bucket.objects.get(key)
  if (headers['if-none-match'] === '*' && old !== undefined) throw preconditionFailed()
  if (headers['if-match'] !== undefined && headers['if-match'] !== old?.etag) throw preconditionFailed()
  bucket.objects.set(key, object)
}
