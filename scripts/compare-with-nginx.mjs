// Sends the same range and conditional requests for the same file to nginx and to Larder, with curl, and
// prints the replies that differ. Needs nginx and curl: `node --import tsx scripts/compare-with-nginx.mjs`.
// Exits with 1 if a difference is not listed, with its reason, in `deliberate`.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startNginx } from '../bench/peers/nginx.ts'
import { multipartBody } from '../src/http/bytes/multipart-byteranges.ts'
import { planByteReply } from '../src/http/bytes/plan-byte-reply.ts'
import { describeRepresentation } from '../src/http/bytes/representation-headers.ts'

const run = promisify(execFile)
const SIZE = 1000
const MODIFIED = Date.UTC(2026, 0, 15, 12)
const AT = 'Thu, 15 Jan 2026 12:00:00 GMT'
const BEFORE = 'Thu, 15 Jan 2026 11:59:59 GMT'
const AFTER = 'Thu, 15 Jan 2026 12:00:01 GMT'

/** The headers of each request. `{etag}` is replaced by the ETag that the server sends. */
const requests = [
  {},
  ...[
    '0-',
    '0-0',
    '0-1',
    '5-5',
    '999-999',
    '999-',
    '-1',
    '-10',
    '-1000',
    '-5000',
    '-0',
    '1000-',
    '2000-',
    '2000-3000',
    '990-5000',
    '0-99999999999999999999',
    '5-2',
    '1--3',
    '-',
    '',
    'x',
    '0-1x',
    ' 0-1',
    '0 - 1',
    '0-1,',
    ',0-1',
    '0-1,,5-6',
    '0-1,5-6',
    '0-1 , 5-6',
    '500-501,0-1',
    '0-4,5-9',
    '0-10,5-20',
    '10-20,50-60,55-70',
    '0-1,2000-',
    '2000-,3000-',
    '0-1,x',
    '0-1,-0',
    '0-,0-',
    '0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22',
    '0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22,24-25',
  ].map((set) => ({ range: `bytes=${set}` })),
  { range: 'BYTES=0-1' },
  { range: 'items=0-1' },
  { range: 'bytes 0-1' },
  { 'if-none-match': '{etag}' },
  { 'if-none-match': 'W/{etag}' },
  { 'if-none-match': '"x", {etag}' },
  { 'if-none-match': '"x"' },
  { 'if-none-match': '*' },
  { 'if-none-match': '"x"', 'if-modified-since': AT },
  { 'if-modified-since': AT },
  { 'if-modified-since': BEFORE },
  { 'if-modified-since': AFTER },
  { 'if-modified-since': 'Thursday, 15-Jan-26 12:00:00 GMT' },
  { 'if-modified-since': 'Thu Jan 15 12:00:00 2026' },
  { 'if-modified-since': 'soon' },
  { 'if-match': '{etag}' },
  { 'if-match': 'W/{etag}' },
  { 'if-match': '*' },
  { 'if-match': '"x"' },
  { 'if-match': '"x"', 'if-none-match': '{etag}' },
  { 'if-unmodified-since': AT },
  { 'if-unmodified-since': BEFORE },
  { 'if-match': '{etag}', 'if-unmodified-since': BEFORE },
  { range: 'bytes=0-1', 'if-range': '{etag}' },
  { range: 'bytes=0-1', 'if-range': 'W/{etag}' },
  { range: 'bytes=0-1', 'if-range': '"x"' },
  { range: 'bytes=0-1', 'if-range': AT },
  { range: 'bytes=0-1', 'if-range': BEFORE },
  { range: 'bytes=0-1', 'if-range': AFTER },
  { range: 'bytes=2000-', 'if-range': '"x"' },
  { range: 'bytes=0-1', 'if-none-match': '{etag}' },
  { range: 'bytes=2000-', 'if-none-match': '{etag}' },
  { range: 'bytes=2000-', 'if-match': '"x"' },
]

/** Intended differences: the reason, and the requests whose replies differ. */
const deliberate = [
  {
    reason:
      'Malformed. RFC 9110 §14.2 lets a server ignore it or refuse it; Larder ignores it (http-api.md §6.1).',
    ranges: ['5-2', '1--3', '-', 'x', '0-1x', '0-1,x'],
  },
  {
    reason: 'Malformed too, by a space where §14.1.1 has none; nginx reads past it.',
    ranges: [' 0-1', '0 - 1'],
  },
  {
    reason: 'A recipient must accept empty list elements (§5.6.1.2): nginx is wrong.',
    ranges: ['0-1,', ',0-1', '0-1,,5-6'],
  },
  {
    reason: 'A last position beyond the end means the end, however large (§14.1.2): nginx is wrong.',
    ranges: ['0-99999999999999999999'],
  },
  {
    reason: 'What overlaps or touches may be joined (§15.3.7.2); Larder does, nginx does not.',
    ranges: ['0-4,5-9', '0-10,5-20', '10-20,50-60,55-70'],
  },
  {
    reason: 'Likewise: joined, it is one range of the whole file; nginx ignores a set longer than the file.',
    ranges: ['0-,0-'],
  },
  {
    reason:
      'More than 8 ranges after joining are ignored (http-api.md §6.1), as §14.2 allows; nginx has no limit unless set.',
    ranges: ['0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22,24-25'],
  },
  {
    reason:
      'Not modified since a later date is not modified (§13.1.3); nginx compares for equality unless told otherwise.',
    headers: [{ 'if-modified-since': AFTER }],
  },
  {
    reason: 'If-Unmodified-Since counts only without If-Match (§13.2.2): nginx is wrong.',
    headers: [{ 'if-match': '{etag}', 'if-unmodified-since': BEFORE }],
  },
]
const reasons = new Map(
  deliberate.flatMap(({ reason, headers, ranges }) =>
    (headers ?? ranges.map((set) => ({ range: `bytes=${set}` }))).map((shown) => [
      JSON.stringify(shown),
      reason,
    ]),
  ),
)

const bytes = randomBytes(SIZE)
const folder = await mkdtemp(join(tmpdir(), 'larder-compare-'))
const larder = await startLarder()
const peer = await startNginx([{ path: '/film.mp4', contentType: 'video/mp4', bytes }], MODIFIED)
if (peer === undefined) throw new Error('nginx is not installed')
const url = `${peer.origin}/film.mp4`
const nginx = { url, etag: (await fetch(url)).headers.get('etag') }
let intended = 0
let unexpected = 0
try {
  for (const method of ['GET', 'HEAD']) for (const headers of requests) await compare(method, headers)
} finally {
  await peer.stop()
  larder.server.close()
  await rm(folder, { recursive: true })
}
console.log(`${requests.length * 2} requests, ${intended} intended differences, ${unexpected} others`)
process.exitCode = unexpected === 0 ? 0 : 1

async function compare(method, headers) {
  const [ours, theirs] = [await send(larder, method, headers), await send(nginx, method, headers)]
  if (ours === theirs) return
  const name = `${method} ${JSON.stringify(headers)}`
  const reason = reasons.get(JSON.stringify(headers))
  if (reason === undefined) unexpected += 1
  else intended += 1
  console.log(`${name}\n  larder  ${ours}\n  nginx   ${theirs}\n  ${reason ?? 'NOT INTENDED'}\n`)
}

/**
 * Sends a request. Returns its reply as one line: status, relevant headers, and the file positions of the
 * bytes.
 */
async function send({ url, etag }, method, headers) {
  const sent = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    value === '' ? `${name};` : `${name}: ${value.replace('{etag}', etag)}`,
  ])
  const file = join(folder, 'reply')
  await writeFile(file, '')
  const { stdout } = await run('curl', [
    '-s',
    '-D',
    '-',
    '-o',
    file,
    ...(method === 'HEAD' ? ['-I'] : []),
    ...sent,
    url,
  ])
  const [, status] = stdout.split(' ')
  const header = (name) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(stdout)?.[1]
  const body = method === 'HEAD' ? Buffer.alloc(0) : await readFile(file)
  const type = header('content-type') ?? '-'
  const boundary = /boundary=(\S+)/.exec(type)?.[1]
  const isBytes = status === '200' || status === '206'
  return [
    status,
    isBytes ? (boundary === undefined ? type : 'multipart') : '',
    header('content-range') ?? '',
    isBytes && boundary === undefined ? `length=${header('content-length')}` : '',
    isBytes ? `modified=${header('last-modified') === AT}` : '',
    isBytes && method === 'GET' ? bodyOf(body, boundary) : '',
  ]
    .filter((word) => word !== '')
    .join(' ')
}

function bodyOf(body, boundary) {
  if (boundary === undefined) return placeOf(body)
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1)
  return parts
    .map((part) => {
      const split = part.indexOf('\r\n\r\n')
      const place = /^content-range: bytes (.*)$/im.exec(part.slice(0, split))?.[1]
      return `${place}:${placeOf(Buffer.from(part.slice(split + 4, -2), 'latin1'))}`
    })
    .join(' ')
}

function placeOf(body) {
  const start = bytes.indexOf(body)
  return start === -1 ? `${body.length} foreign bytes` : `[${start}-${start + body.length - 1}]`
}

async function startLarder() {
  const representation = describeRepresentation({
    contentType: 'video/mp4',
    size: SIZE,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    lastModified: MODIFIED,
    isPublic: false,
  })
  const server = createServer(async (req, res) => {
    const reply = planByteReply({
      method: req.method,
      headers: req.headers,
      representation,
      clock: Date.now,
      newBoundary: () => randomBytes(16).toString('hex'),
    })
    res.writeHead(reply.status, reply.headers)
    if (reply.body._tag === 'Range') res.write(bytes.subarray(reply.body.range.start, reply.body.range.end))
    if (reply.body._tag === 'Multipart') {
      const open = async ({ start, end }) => [bytes.subarray(start, end)]
      for await (const chunk of multipartBody(reply.body.plan, open)) res.write(chunk)
    }
    res.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${server.address().port}/film.mp4`, etag: representation.etag }
}
