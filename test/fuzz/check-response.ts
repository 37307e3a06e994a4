import type { WireResponse } from '../support/strict-responses.ts'
import { decoded, type KnownReply } from './known-replies.ts'

/** The permitted responses to a request. `knownReply`: the recorded reply to the request, if there is one. */
export type Expectation = {
  readonly method: string
  readonly statuses: ReadonlyArray<number>
  readonly knownReply: KnownReply | null
}

const refuse = (what: string): never => {
  throw new Error(what)
}

const ensure = (holds: boolean, what: () => string): void => {
  if (!holds) refuse(what())
}

const contentRange = /^bytes (\d+)-(\d+)\/(\d+)$/

const checkSlice = (value: string | undefined, body: Buffer, whole: Buffer): void => {
  const [, from, to, length] = contentRange.exec(value ?? '') ?? refuse(`content-range ${value}`)
  ensure(Number(length) === whole.length, () => `a range of ${length} bytes, of ${whole.length}`)
  ensure(body.equals(whole.subarray(Number(from), Number(to) + 1)), () => `wrong bytes of ${value}`)
}

const checkMultipart = (contentType: string, body: Buffer, whole: Buffer): void => {
  const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(contentType)?.[1] ?? refuse(contentType)
  const text = body.toString('latin1')
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`)
  ensure(parts[0] === '' && parts.at(-1) === '--\r\n', () => 'a multipart body without its delimiters')
  for (const part of parts.slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n')
    const range = /content-range: (.*)/i.exec(part.slice(0, end))?.[1]
    checkSlice(range, Buffer.from(part.slice(end + 4), 'latin1'), whole)
  }
}

/** Removes the coding from the ETag of a 304, which has no other header that names its coding. */
const withoutCoding = (status: number, etag: string): string =>
  status === 304 ? etag.replace(/-(?:br|gzip)"$/, '"') : etag

const checkKnownReply = (
  method: string,
  { status, headers, body }: WireResponse,
  knownReply: KnownReply,
): void => {
  const coding = headers['content-encoding']
  if (coding === undefined && headers.etag !== undefined && knownReply.etag !== undefined)
    ensure(
      withoutCoding(status, headers.etag) === knownReply.etag,
      () => `ETag ${headers.etag}, not ${knownReply.etag}`,
    )
  const digest = headers['repr-digest']
  if (digest !== undefined && knownReply.kind === 'bytes')
    ensure(digest === knownReply.digest, () => `Repr-Digest ${digest}`)
  if (status === 416)
    ensure(
      headers['content-range'] === `bytes */${knownReply.body.length}`,
      () => `416 ${headers['content-range']}`,
    )
  if (status === 200 && method === 'HEAD' && coding === undefined)
    ensure(
      headers['content-length'] === String(knownReply.body.length),
      () => `HEAD of ${headers['content-length']} bytes`,
    )
  if (method === 'HEAD') return
  if (status === 200) {
    ensure(headers['content-type'] === knownReply.contentType, () => `type ${headers['content-type']}`)
    ensure(decoded(body, coding).equals(knownReply.body), () => 'a wrong body')
  }
  if (status !== 206) return
  ensure(coding === undefined, () => 'a range of a coding')
  const type = headers['content-type'] ?? ''
  if (type.startsWith('multipart/')) checkMultipart(type, body, knownReply.body)
  else checkSlice(headers['content-range'], body, knownReply.body)
}

const checkError = (method: string, { headers, body, status }: WireResponse): void => {
  ensure(
    headers['cache-control'] === 'no-store',
    () => `${status} with Cache-Control ${headers['cache-control']}`,
  )
  // The reply to a request that cannot be parsed has no body.
  if (method === 'HEAD' || (headers['content-length'] === '0' && headers.connection === 'close')) return
  ensure(
    /^application\/(?:problem\+)?json/.test(headers['content-type'] ?? ''),
    () => `${status} of type ${headers['content-type']}`,
  )
  const error = JSON.parse(body.toString()) as { type?: unknown }
  ensure(typeof error.type === 'string', () => `${status} without a type`)
}

/** Throws if the response is wrong. A 503 is always permitted, but the run counts it. */
export const checkResponse = (expectation: Expectation, response: WireResponse): void => {
  const { method, statuses, knownReply } = expectation
  const { status, headers } = response
  ensure(status === 503 || statuses.includes(status), () => `status ${status}, not ${statuses.join(' or ')}`)
  ensure(headers['referrer-policy'] === 'no-referrer', () => `${status} without Referrer-Policy`)
  ensure(headers['x-content-type-options'] === 'nosniff', () => `${status} without nosniff`)
  if (status >= 400) {
    if (status === 503) ensure(/^\d+$/.test(headers['retry-after'] ?? ''), () => '503 without Retry-After')
    checkError(method, response)
  }
  if (knownReply !== null) checkKnownReply(method, response, knownReply)
}
