import type { Expectation } from './check-response.ts'
import type { Dice } from './dice.ts'
import { type KnownReply, withToken } from './known-replies.ts'
import type { FuzzLibrary } from './library.ts'
import { malformedRequests } from './malformed-requests.ts'

/** One request on the wire. */
export type FuzzRequest = {
  readonly bytes: Buffer
  readonly expectation: Expectation
  /** Whether the server does not, or need not, read another request after this one. */
  readonly endsConnection: boolean
}

const head = (method: string, target: string, headers: ReadonlyArray<string>): string =>
  `${[`${method} ${target} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`

const host = (dice: Dice): string =>
  dice.pick(['Host: a', 'host: media.example.org', 'HOST:b', 'Host: [::1]:80', 'Host:'])

const noise = (dice: Dice): ReadonlyArray<string> =>
  [
    () => 'Accept: application/problem+json',
    () => `Accept: ${dice.pick(['image/avif,*/*;q=0.5', 'image/webp', '*/*', ';;q=,', 'image/*;q=0'])}`,
    () =>
      `Accept-Encoding: ${dice.pick(['gzip', 'gzip, br', 'identity', '*;q=0', 'gzip;q=0', 'br;q=1, gzip;q=0.001', ',,;', 'identity;q=0'])}`,
    () => `Origin: ${dice.pick(['https://a.example', 'null', 'x'])}`,
    () => `X-Noise: ${'n'.repeat(dice.below(2000))}`,
    () => `Cookie: larder_jwt=${'c'.repeat(dice.below(60))}`,
    () => 'Connection: keep-alive',
    () => 'Upgrade: websocket',
    () => 'TE: trailers',
  ]
    .filter(() => dice.chance(0.12))
    .map((make) => make())

const rangeOf = (dice: Dice, length: number): string => {
  const at = () => dice.below(length + 50)
  const one = () =>
    dice.pick([() => `${at()}-${at()}`, () => `${at()}-`, () => `-${at()}`, () => `0-0`, () => '-0'])()
  return dice.pick([
    () => `bytes=${one()}`,
    () => `bytes=${one()},${one()}`,
    () => `bytes=${Array.from({ length: 1 + dice.below(12) }, one).join(', ')}`,
    () =>
      dice.pick([
        'bytes=',
        'bytes=a-b',
        'items=0-1',
        'bytes=0-1-2',
        'bytes=99999999999999999999-',
        'BYTES=0-9',
        'bytes= 1 - 2',
      ]),
  ])()
}

const conditions = (dice: Dice, { body, etag = '"x"' }: KnownReply): ReadonlyArray<string> =>
  [
    () => `Range: ${rangeOf(dice, body.length)}`,
    () => `If-None-Match: ${dice.pick([etag, '*', '"nothing"', `W/${etag}`, `"a", ${etag}`, 'junk', '"'])}`,
    () => `If-Range: ${dice.pick([etag, '"old"', `W/${etag}`, 'Wed, 21 Oct 2015 07:28:00 GMT'])}`,
    () =>
      `If-Modified-Since: ${dice.pick(['Wed, 21 Oct 2015 07:28:00 GMT', 'Fri, 31 Dec 2999 00:00:00 GMT', 'junk'])}`,
    () => `If-Match: ${dice.pick([etag, '*', '"nothing"'])}`,
    () =>
      `If-Unmodified-Since: ${dice.pick(['Wed, 21 Oct 2015 07:28:00 GMT', 'Fri, 31 Dec 2999 00:00:00 GMT'])}`,
  ]
    .filter((_, at) => dice.chance(at === 0 ? 0.35 : 0.1))
    .map((make) => make())

/** Returns a request with a known reply, with random additional headers. */
const withKnownReply = (dice: Dice, knownReplies: ReadonlyArray<KnownReply>): FuzzRequest => {
  const knownReply = dice.pick(knownReplies)
  const method = dice.chance(0.15) ? 'HEAD' : 'GET'
  const target = dice.chance(0.1)
    ? `${dice.pick(['http://a', 'HTTPS://b:8080'])}${knownReply.target}`
    : knownReply.target
  // The recorded request has no Accept-Encoding, but the additional headers may contain one.
  const lines = [host(dice), ...knownReply.headers, ...noise(dice), ...conditions(dice, knownReply)]
  const withBody = dice.chance(0.05)
  const body = withBody ? 'body' : ''
  const close = dice.chance(0.03)
  const all = [...lines, ...(withBody ? ['Content-Length: 4'] : []), ...(close ? ['Connection: close'] : [])]
  return {
    bytes: Buffer.from(head(method, target, all) + body, 'latin1'),
    // Replies of kind `other` do not support conditions.
    expectation: {
      method,
      statuses: [200, 206, 304, 412, 416],
      knownReply: knownReply.kind === 'other' ? null : knownReply,
    },
    endsConnection: close,
  }
}

const damageToken = (dice: Dice, jwt: string): string => {
  const at = dice.below(jwt.length)
  return dice.pick([
    () => `${jwt.slice(0, at)}${jwt.slice(at + 1)}`,
    () => `${jwt.slice(0, at)}A${jwt.slice(at)}`,
    () => jwt.split('.').slice(0, 2).join('.'),
    () => `${jwt.split('.')[0]}..${jwt.split('.')[2]}`,
    () => 'x'.repeat(1 + dice.below(3000)),
    () => '..',
    () => 'eyJhbGciOiJub25lIn0.e30.',
    () => '%00',
    () => encodeURIComponent(jwt).replaceAll('.', '%2e').slice(0, -3),
  ])()
}

/** Returns a request with a token that does not permit the target. */
const badToken = (dice: Dice, { film, privateImage }: FuzzLibrary): FuzzRequest => {
  const [{ uid, jwt }, other, path] = dice.pick([
    [film, privateImage, `/api/1/content_files/${film.uid}/mobile.m3u8`] as const,
    [privateImage, film, `/api/1/image_files/playlist/${privateImage.uid}`] as const,
  ])
  const token = dice.chance(0.3) ? other.jwt : damageToken(dice, jwt)
  const { target, headers } = withToken(
    path.replace(uid, dice.chance(0.2) ? `${uid}x` : uid),
    token,
    dice.pick(['header', 'path', 'query'] as const),
  )
  const method = dice.pick(['GET', 'HEAD'])
  return {
    bytes: Buffer.from(head(method, target, [host(dice), ...headers, ...noise(dice)]), 'latin1'),
    expectation: { method, statuses: [401, 403, 404], knownReply: null },
    endsConnection: false,
  }
}

const strangePaths = [
  '/',
  '//',
  '/api/1',
  '/api/1/~',
  '/api/1/~/x',
  '/api/1/admin/cache',
  '/api/1/ADMIN/me',
  '/API/1/image_files/x/best',
  '/api/1/image_files/playlist/%00',
  '/api/1/image_files/playlist/%zz',
  '/api/1/content_files/exports/parts/..%2f..%2fetc%2fpasswd',
  '/console',
  '/console/assets/..%2fmain.js',
  '/console/assets/watch.js',
  '/console/watch/x',
  '/healthz/',
  '/readyz?x',
  '/\u00e9\u00ff',
  '/%',
  '/api/1/content_files/a/b/c/d',
]
const strangeQueries = [
  '',
  '?',
  '?jwt=',
  '?jwt=a&jwt=b',
  // A query of thousands of parameters, within the size limit of a target.
  `?${'a&'.repeat(7000)}`,
  '?w=NaN&h=1',
  '?presign=%',
  '?__proto__=1',
  '?public=1&public=2',
  '?a[b]=c',
  `?${'&a=1'.repeat(900)}`,
  '?jwt[]=a',
  '?%00',
  '?public=maybe',
  '?w=1e309&h=1',
]

const strange = (dice: Dice, { film, privateImage }: FuzzLibrary): FuzzRequest => {
  const method = dice.pick([
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'MKCOL',
  ])
  const uid = dice.pick([film.uid, privateImage.uid, 'x', 'x'.repeat(90), '%2e%2e'])
  const path = dice.pick([
    ...strangePaths,
    `/api/1/image_files/${uid}/best`,
    `/api/1/content_files/${uid}/web.json`,
    `/api/1/content_files/exports/${uid}.m3u8`,
  ])
  const body =
    method === 'GET' || method === 'HEAD' ? 'none' : dice.pick(['none', 'length', 'chunks', 'trailers'])
  const [lines, text] = {
    none: [[], ''],
    length: [['Content-Length: 5'], 'GET /'],
    chunks: [['Transfer-Encoding: chunked'], '5\r\nGET /\r\n0\r\n\r\n'],
    trailers: [['Transfer-Encoding: chunked', 'Trailer: X'], '5;ext=1\r\nGET /\r\n0\r\nX: y\r\n\r\n'],
  }[body] as [string[], string]
  const isExpecting = body !== 'none' && dice.chance(0.3)
  const all = [
    host(dice),
    ...noise(dice),
    ...lines,
    ...(isExpecting ? [`Expect: ${dice.pick(['100-continue', '100-Continue'])}`] : []),
  ]
  return {
    bytes: Buffer.from(head(method, path + dice.pick(strangeQueries), all) + text, 'latin1'),
    expectation: {
      method,
      statuses: [200, 204, 301, 304, 400, 401, 403, 404, 405, 414, 422],
      knownReply: null,
    },
    endsConnection: isExpecting,
  }
}

const malformed = (dice: Dice): FuzzRequest => {
  const [, text, statuses] = dice.pick(malformedRequests)
  return {
    bytes: Buffer.from(text, 'latin1'),
    expectation: { method: text.startsWith('CONNECT') ? 'CONNECT' : 'GET', statuses, knownReply: null },
    // The server accepts some of these requests. They end the connection, so that no later request depends on
    // this.
    endsConnection: true,
  }
}

export const makeRequest = (
  dice: Dice,
  knownReplies: ReadonlyArray<KnownReply>,
  library: FuzzLibrary,
): FuzzRequest => {
  const kind = dice.below(100)
  if (kind < 62) return withKnownReply(dice, knownReplies)
  if (kind < 74) return badToken(dice, library)
  if (kind < 88) return strange(dice, library)
  return malformed(dice)
}
