import type { IncomingHttpHeaders } from 'node:http'
import type { Bucket, StoredObject } from './buckets.ts'
import { answer, type S3Request, type S3Response } from './exchange.ts'
import { noSuchKey, preconditionFailed, s3Error } from './s3-error.ts'

/** Implements GET and HEAD of an object: first the conditions, then the range (RFC 9110 §13, §14). */
export const readObject = (bucket: Bucket, { key, query, headers }: S3Request): S3Response => {
  const object = bucket.objects.get(key)
  if (object === undefined) throw noSuchKey()
  if (isStale(object, headers)) throw preconditionFailed()
  const validators = { etag: object.etag, 'last-modified': httpDate(object), 'accept-ranges': 'bytes' }
  if (isUnchanged(object, headers)) return answer(304, validators)

  const overrides = [...query].filter(([name]) => name.startsWith('response-'))
  const described = {
    ...validators,
    ...object.headers,
    ...Object.fromEntries(overrides.map(([name, value]) => [name.replace('response-', ''), value])),
  }
  const range = rangeOf(headers.range, object.bytes.length)
  if (range === null) {
    const wantsChecksum = headers['x-amz-checksum-mode'] === 'ENABLED'
    return {
      status: 200,
      headers: { ...described, ...(wantsChecksum ? object.checksum : {}) },
      body: object.bytes,
    }
  }
  const contentRange = `bytes ${range.first}-${range.last}/${object.bytes.length}`
  const body = object.bytes.subarray(range.first, range.last + 1)
  return { status: 206, headers: { ...described, 'content-range': contentRange }, body }
}

const httpDate = ({ modified }: StoredObject): string => new Date(modified).toUTCString()

const isOneOf = (etags: string, etag: string): boolean =>
  etags.split(',').some((listed) => listed.trim() === '*' || listed.trim() === etag)

const isStale = (object: StoredObject, headers: IncomingHttpHeaders): boolean =>
  headers['if-match'] === undefined
    ? Date.parse(httpDate(object)) > Date.parse(headers['if-unmodified-since'] ?? '')
    : !isOneOf(headers['if-match'], object.etag)

const isUnchanged = (object: StoredObject, headers: IncomingHttpHeaders): boolean =>
  headers['if-none-match'] === undefined
    ? Date.parse(httpDate(object)) <= Date.parse(headers['if-modified-since'] ?? '')
    : isOneOf(headers['if-none-match'], object.etag)

/** The range to send. `null` means the whole object: there is no range, or the range must be ignored. */
const rangeOf = (
  header: string | undefined,
  size: number,
): { readonly first: number; readonly last: number } | null => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  if (start >= size) {
    throw s3Error('InvalidRange', 416, 'The range is not satisfiable', { 'content-range': `bytes */${size}` })
  }
  return { first: start, last: first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}
