import { referenceSelection } from '../http/bytes/reference-range.ts'
import { sha256 } from './bytes.ts'
import type { ClientReply } from './foreign-clients.ts'

/**
 * A request for bytes with its expected outcome: either the range that is sent, or a status without a body.
 */
type ByteRequest = {
  readonly headers: Readonly<Record<string, string>>
  readonly verdict: 'send' | 'send whole' | 304 | 412
}

const ranges = [
  'bytes=0-',
  'bytes=0-0',
  'bytes=0-1',
  'bytes=5-5',
  'bytes=-10',
  'bytes=-0',
  'bytes=-99999999',
  'bytes=19999-',
  'bytes=20000-',
  'bytes=19990-99999999999999999999',
  'bytes=5-2',
  'bytes=1--3',
  'bytes=',
  'bytes=a-b',
  'Bytes=1-2',
  'lines=1-2',
  'bytes=10-20,50-60',
  'bytes=10-20,50-60,55-70',
  'bytes=50-60, 10-20 ,,-5',
  'bytes=0-0,30000-',
  'bytes=0-1,1-2,3-9',
  'bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14',
  'bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16',
]

/** Returns about thirty requests for `bytes`, taken from RFC 9110 and http-api.md §6. */
export const byteRequests = (bytes: Buffer): ReadonlyArray<ByteRequest> => {
  const tag = `"${Buffer.from(sha256(bytes), 'hex').toString('base64url')}"`
  const range = 'bytes=100-199'
  return [
    { headers: {}, verdict: 'send' },
    ...ranges.map((value): ByteRequest => ({ headers: { range: value }, verdict: 'send' })),
    { headers: { 'if-none-match': tag }, verdict: 304 },
    { headers: { 'if-none-match': `"another", W/${tag}`, range }, verdict: 304 },
    { headers: { 'if-none-match': '*' }, verdict: 304 },
    { headers: { 'if-none-match': '"another"', range }, verdict: 'send' },
    { headers: { 'if-range': tag, range }, verdict: 'send' },
    { headers: { 'if-range': `W/${tag}`, range }, verdict: 'send whole' },
    { headers: { 'if-range': '"another"', range }, verdict: 'send whole' },
    { headers: { 'if-match': tag, range }, verdict: 'send' },
    { headers: { 'if-match': '"another"' }, verdict: 412 },
  ]
}

type Reply = { readonly status: number; readonly parts: ReadonlyArray<Buffer> }

/** The reply that RFC 9110 requires: for each part the bytes at its indexes. */
export const expectedReply = (bytes: Buffer, { headers, verdict }: ByteRequest): Reply => {
  if (typeof verdict === 'number') return { status: verdict, parts: [] }
  const selected =
    verdict === 'send whole' || headers.range === undefined
      ? 'whole'
      : referenceSelection(headers.range, bytes.length)
  if (selected === 'whole') return { status: 200, parts: [bytes] }
  if (selected === 'unsatisfiable') return { status: 416, parts: [] }
  return {
    status: 206,
    parts: selected.map((indexes) => Buffer.from(indexes.map((index) => bytes[index] ?? 0))),
  }
}

/** The bytes of a received reply, one buffer for each part. */
export const receivedReply = ({ status, headers, body }: ClientReply): Reply => {
  if (status !== 200 && status !== 206) return { status, parts: [] }
  const [, boundary] = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers.get('content-type') ?? '') ?? []
  return { status, parts: boundary === undefined ? [body] : partsOf(body, boundary) }
}

/** By RFC 2046 §5.1.1 a part lies between two delimiters, after an empty line. */
const partsOf = (body: Buffer, boundary: string): ReadonlyArray<Buffer> => {
  const pieces = body.toString('latin1').split(`--${boundary}`)
  return pieces.slice(1, -1).map((piece) => {
    const start = piece.indexOf('\r\n\r\n') + 4
    return Buffer.from(piece.slice(start, -2), 'latin1')
  })
}
