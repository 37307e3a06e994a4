import { randomBytes } from 'node:crypto'
import { type Bucket, md5, storedHeaders, type Upload } from './buckets.ts'
import { answer, type S3Request, type S3Response, xmlAnswer } from './exchange.ts'
import { malformedXml, noSuchUpload, s3Error } from './s3-error.ts'
import { store } from './write-object.ts'
import { textElement, textsOf } from './xml.ts'

const smallestPart = 5 * 1024 * 1024

export const beginUpload = (bucket: Bucket, { key, headers, now }: S3Request): S3Response => {
  const id = randomBytes(16).toString('base64url')
  bucket.uploads.set(id, { key, started: now, headers: storedHeaders(headers), parts: new Map() })
  return xmlAnswer('InitiateMultipartUploadResult', [textElement('Key', key), textElement('UploadId', id)])
}

export const putPart = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  const number = Number(request.query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > 10_000) throw s3Error('InvalidArgument', 400)
  uploadOf(bucket, request)
  const { bytes, checksum } = await request.body()
  const etag = `"${md5(bytes)}"`
  // The upload is looked up again, because it may have been aborted while the body was received.
  uploadOf(bucket, request).parts.set(number, { bytes, etag })
  return answer(200, { etag, ...checksum })
}

export const abortUpload = (bucket: Bucket, request: S3Request): S3Response => {
  uploadOf(bucket, request)
  bucket.uploads.delete(uploadId(request))
  return answer(204)
}

export const completeUpload = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  const upload = uploadOf(bucket, request)
  const xml = (await request.body()).bytes.toString()
  const [numbers, etags] = [textsOf(xml, 'PartNumber').map(Number), textsOf(xml, 'ETag')]
  if (numbers.length === 0 || numbers.length !== etags.length) throw malformedXml()
  if (numbers.some((number, i) => i > 0 && number <= (numbers[i - 1] ?? 0)))
    throw s3Error('InvalidPartOrder', 400)

  const parts = numbers.map((number, i) => {
    const part = upload.parts.get(number)
    if (part === undefined || part.etag !== etags[i]) throw s3Error('InvalidPart', 400)
    return part.bytes
  })
  if (parts.slice(0, -1).some((part) => part.length < smallestPart)) throw s3Error('EntityTooSmall', 400)

  const etag = `"${md5(Buffer.concat(parts.map((part) => Buffer.from(md5(part), 'hex'))))}-${parts.length}"`
  const bytes = Buffer.concat(parts)
  store(bucket, request, { bytes, etag, modified: request.now, headers: upload.headers, checksum: {} })
  bucket.uploads.delete(uploadId(request))
  return xmlAnswer('CompleteMultipartUploadResult', [
    textElement('Key', request.key),
    textElement('ETag', etag),
  ])
}

const uploadId = ({ query }: S3Request): string => query.get('uploadId') ?? ''

const uploadOf = (bucket: Bucket, request: S3Request): Upload => {
  const upload = bucket.uploads.get(uploadId(request))
  if (upload?.key !== request.key) throw noSuchUpload()
  return upload
}
