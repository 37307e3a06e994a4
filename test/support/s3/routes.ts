import { type Bucket, type Buckets, bucketOf, createBucket, deleteBucket } from './buckets.ts'
import { answer, type S3Request, type S3Response } from './exchange.ts'
import { deleteObjects, listObjects, listUploads } from './many-objects.ts'
import { abortUpload, beginUpload, completeUpload, putPart } from './multipart.ts'
import { readObject } from './read-object.ts'
import { notImplemented, s3Error } from './s3-error.ts'
import { putObject } from './write-object.ts'

/** The query parameters that are implemented. A request with another one is refused as not implemented. */
const supported =
  /^(X-Amz-.*|x-amz-checksum-mode|x-id|response-.*|uploads|uploadId|partNumber|delete|list-type|prefix|max-keys|continuation-token|start-after|delimiter|encoding-type|max-uploads|key-marker|upload-id-marker)$/

export const route = async (buckets: Buckets, request: S3Request): Promise<S3Response> => {
  const unknown = [...request.query.keys()].find((name) => !supported.test(name))
  if (unknown !== undefined || request.headers['x-amz-copy-source'] !== undefined) {
    throw notImplemented(unknown ?? 'copies')
  }
  if (request.key === '') return routeBucket(buckets, request)
  if (Buffer.byteLength(request.key) > 1024) throw s3Error('KeyTooLongError', 400)
  const bucket = bucketOf(buckets, request.bucket)
  return request.query.has('uploads') || request.query.has('uploadId')
    ? routeUpload(bucket, request)
    : routeObject(bucket, request)
}

const routeBucket = async (buckets: Buckets, request: S3Request): Promise<S3Response> => {
  if (request.method === 'PUT') {
    createBucket(buckets, request.bucket)
    return answer(200)
  }
  const bucket = bucketOf(buckets, request.bucket)
  switch (request.method) {
    case 'HEAD':
      return answer(200)
    case 'GET':
      return request.query.has('uploads') ? listUploads(bucket, request) : listObjects(bucket, request)
    case 'POST':
      if (!request.query.has('delete')) throw notImplemented('forms')
      return deleteObjects(bucket, request)
    case 'DELETE':
      deleteBucket(buckets, request.bucket)
      return answer(204)
    default:
      throw s3Error('MethodNotAllowed', 405)
  }
}

const routeObject = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return readObject(bucket, request)
    case 'PUT':
      return putObject(bucket, request)
    case 'DELETE':
      bucket.objects.delete(request.key)
      return answer(204)
    default:
      throw s3Error('MethodNotAllowed', 405)
  }
}

const routeUpload = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  switch (request.method) {
    case 'POST':
      return request.query.has('uploads') ? beginUpload(bucket, request) : completeUpload(bucket, request)
    case 'PUT':
      return putPart(bucket, request)
    case 'DELETE':
      return abortUpload(bucket, request)
    default:
      throw s3Error('MethodNotAllowed', 405)
  }
}
