import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { accessDenied, s3Error } from './s3-error.ts'

// Verifies AWS Signature Version 4 for S3, in headers and in the query:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string }

export type SignedRequest = {
  readonly method: string
  /** Percent-encoded as on the wire, without the query. */
  readonly path: string
  /** Decoded names and values, in any order. */
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly headers: IncomingHttpHeaders
}

type Scope = {
  readonly accessKeyId: string
  /** For example `20130524/us-east-1/s3/aws4_request`. */
  readonly scope: string
  readonly region: string
  /** For example `20130524T000000Z`. */
  readonly date: string
  readonly signedHeaders: ReadonlyArray<string>
  readonly signature: string
  /** The validity of a presigned URL (seconds), or `null` if the signature is in the headers. */
  readonly expires: number | null
}

const skewAllowed = 15 * 60 * 1000

/** Percent-encodes all characters except the unreserved ones of RFC 3986. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

export const isPresigned = (request: SignedRequest): boolean =>
  request.query.some(([name]) => name === 'X-Amz-Signature')

/** Throws the error that S3 returns if a request has no valid signature. */
export const verifySignature = (
  request: SignedRequest,
  expectedKey: Credentials & { readonly region: string },
  now: number,
): void => {
  const scope = isPresigned(request) ? scopeOfQuery(request) : scopeOfHeader(request)
  if (scope.region !== expectedKey.region) {
    throw s3Error(
      'AuthorizationHeaderMalformed',
      400,
      `The region is wrong; expecting '${expectedKey.region}'`,
    )
  }
  if (scope.accessKeyId !== expectedKey.accessKeyId) {
    throw s3Error('InvalidAccessKeyId', 403, 'The access key id does not exist in our records')
  }
  verifyTime(scope, now)
  const unsigned = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))].find(
    (name) => !scope.signedHeaders.includes(name),
  )
  if (unsigned !== undefined) throw accessDenied(`There were headers which were not signed: ${unsigned}`)
  const expected = Buffer.from(signatureOf(request, scope, expectedKey.secretAccessKey), 'hex')
  const given = Buffer.from(scope.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw s3Error('SignatureDoesNotMatch', 403, 'The signature we calculated does not match yours')
  }
}

const scopeOfHeader = ({ headers }: SignedRequest): Scope => {
  if (headers.authorization === undefined) throw accessDenied()
  const [, credential, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      headers.authorization,
    ) ?? []
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw s3Error('AuthorizationHeaderMalformed', 400, 'The authorization header is malformed')
  }
  return scopeOf(credential, String(headers['x-amz-date']), signedHeaders, signature, null)
}

const scopeOfQuery = ({ query }: SignedRequest): Scope => {
  const given = (name: string): string => query.find(([found]) => found === name)?.[1] ?? ''
  const expires = Number(given('X-Amz-Expires'))
  if (given('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || !(expires >= 1 && expires <= 604_800)) {
    throw s3Error('AuthorizationQueryParametersError', 400)
  }
  return scopeOf(
    given('X-Amz-Credential'),
    given('X-Amz-Date'),
    given('X-Amz-SignedHeaders'),
    given('X-Amz-Signature'),
    expires,
  )
}

const scopeOf = (
  credential: string,
  date: string,
  signedHeaders: string,
  signature: string,
  expires: number | null,
): Scope => {
  const [accessKeyId = '', ...scope] = credential.split('/')
  const [day = '', region = '', service, end] = scope
  if (scope.length !== 4 || !date.startsWith(`${day}T`) || service !== 's3' || end !== 'aws4_request') {
    throw accessDenied('The credential scope or the date is malformed')
  }
  const signed = signedHeaders.split(';')
  return { accessKeyId, scope: scope.join('/'), region, date, signedHeaders: signed, signature, expires }
}

const verifyTime = ({ date, expires }: Scope, now: number): void => {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (Number.isNaN(signedAt)) throw accessDenied('The date is malformed')
  const age = now - signedAt
  if (expires !== null && age > expires * 1000) throw accessDenied('Request has expired')
  if (age < -skewAllowed || (expires === null && age > skewAllowed)) {
    throw s3Error('RequestTimeTooSkewed', 403, 'The request time and the current time differ too much')
  }
}

/** The expected signature of the request, in lower-case hex. */
const signatureOf = (
  request: SignedRequest,
  { date, scope, signedHeaders, expires }: Scope,
  secret: string,
) => {
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}`),
    '',
    signedHeaders.join(';'),
    expires === null ? headerText(request.headers['x-amz-content-sha256']) : 'UNSIGNED-PAYLOAD',
  ].join('\n')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const key = scope.split('/').reduce<string | Buffer>((link, text) => hmac(link, text), `AWS4${secret}`)
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, hash].join('\n')).toString('hex')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const headerText = (value: string | ReadonlyArray<string> | undefined): string =>
  String(value ?? '')
    .trim()
    .replace(/ +/g, ' ')

const canonicalQuery = (query: ReadonlyArray<readonly [string, string]>): string =>
  query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join('='))
    .join('&')

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
