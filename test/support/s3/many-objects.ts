import type { Bucket } from './buckets.ts'
import { type S3Request, type S3Response, xmlAnswer } from './exchange.ts'
import { malformedXml, notImplemented } from './s3-error.ts'
import { element, textElement, textsOf } from './xml.ts'

/** Implements ListObjectsV2, without delimiters. */
export const listObjects = (bucket: Bucket, { bucket: name, query }: S3Request): S3Response => {
  if (query.get('list-type') !== '2' || query.has('delimiter')) throw notImplemented('this kind of listing')
  const prefix = query.get('prefix') ?? ''
  const limit = Math.min(1000, Number(query.get('max-keys') ?? 1000))
  const token = query.get('continuation-token')
  const after =
    token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString()
  const found = [...bucket.objects]
    .filter(([key]) => key.startsWith(prefix) && byteOrder(key, after) > 0)
    .sort(([a], [b]) => byteOrder(a, b))
  const page = found.slice(0, limit)
  const last = page.at(-1)?.[0] ?? ''

  return xmlAnswer('ListBucketResult', [
    textElement('Name', name),
    textElement('Prefix', prefix),
    textElement('KeyCount', page.length),
    textElement('MaxKeys', limit),
    textElement('IsTruncated', found.length > page.length),
    found.length > page.length
      ? textElement('NextContinuationToken', Buffer.from(last).toString('base64url'))
      : '',
    ...page.map(([key, { bytes, etag, modified }]) =>
      element(
        'Contents',
        textElement('Key', key) +
          textElement('LastModified', new Date(modified).toISOString()) +
          textElement('ETag', etag) +
          textElement('Size', bytes.length),
      ),
    ),
  ])
}

/** Implements ListMultipartUploads, without delimiters. Uploads are sorted by key, then by start. */
export const listUploads = (bucket: Bucket, { bucket: name, query }: S3Request): S3Response => {
  if (query.has('delimiter')) throw notImplemented('this kind of listing')
  const prefix = query.get('prefix') ?? ''
  const limit = Math.min(1000, Number(query.get('max-uploads') ?? 1000))
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']
  const found = [...bucket.uploads]
    .filter(([, { key }]) => key.startsWith(prefix))
    .sort(([, a], [, b]) => byteOrder(a.key, b.key) || a.started - b.started)
  const last = found.findIndex(([id, { key }]) => key === keyMarker && id === idMarker)
  const from = idMarker === '' ? found.findIndex(([, { key }]) => byteOrder(key, keyMarker) > 0) : last + 1
  const rest = from < 0 ? [] : found.slice(from)
  const page = rest.slice(0, limit)
  const end = page.at(-1)
  return xmlAnswer('ListMultipartUploadsResult', [
    textElement('Bucket', name),
    textElement('Prefix', prefix),
    textElement('MaxUploads', limit),
    textElement('IsTruncated', rest.length > page.length),
    ...(end !== undefined && rest.length > page.length
      ? [textElement('NextKeyMarker', end[1].key), textElement('NextUploadIdMarker', end[0])]
      : []),
    ...page.map(([id, { key, started }]) =>
      element(
        'Upload',
        textElement('Key', key) +
          textElement('UploadId', id) +
          textElement('Initiated', new Date(started).toISOString()),
      ),
    ),
  ])
}

export const deleteObjects = async (bucket: Bucket, request: S3Request): Promise<S3Response> => {
  const xml = (await request.body()).bytes.toString()
  const keys = textsOf(xml, 'Key')
  if (keys.length === 0 || keys.length > 1000) throw malformedXml()
  for (const key of keys) bucket.objects.delete(key)
  const isQuiet = textsOf(xml, 'Quiet')[0] === 'true'
  return xmlAnswer(
    'DeleteResult',
    isQuiet ? [] : keys.map((key) => element('Deleted', textElement('Key', key))),
  )
}

/** S3 lists keys in the order of their UTF-8 bytes. */
const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
