import type { Expectation } from './check-response.ts'
import type { Dice } from './dice.ts'
import type { FuzzLibrary } from './library.ts'
import { carry, type Truth } from './truths.ts'

/** One request on the wire. */
export type FuzzRequest = {
  readonly bytes: Buffer
  readonly expectation: Expectation
  /** What comes behind it is not read as a request, or may not be. */
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

const conditions = (dice: Dice, { body, etag = '"x"' }: Truth): ReadonlyArray<string> =>
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

/** A request whose answer is known, in one of the ways to write it. */
const known = (dice: Dice, truths: ReadonlyArray<Truth>): FuzzRequest => {
  const truth = dice.pick(truths)
  const method = dice.chance(0.15) ? 'HEAD' : 'GET'
  const target = dice.chance(0.1)
    ? `${dice.pick(['http://a', 'HTTPS://b:8080'])}${truth.target}`
    : truth.target
  // Without the coding of lists it is told nothing: what noise asks for wins.
  const lines = [host(dice), ...truth.headers, ...noise(dice), ...conditions(dice, truth)]
  const withBody = dice.chance(0.05)
  const body = withBody ? 'body' : ''
  const close = dice.chance(0.03)
  const all = [...lines, ...(withBody ? ['Content-Length: 4'] : []), ...(close ? ['Connection: close'] : [])]
  return {
    bytes: Buffer.from(head(method, target, all) + body, 'latin1'),
    // The plain forms of `other` know no conditions; and a list may be refused in a coding that takes none.
    expectation: {
      method,
      statuses: [200, 206, 304, 412, 416],
      truth: truth.kind === 'other' ? null : truth,
    },
    endsConnection: close,
  }
}

const mangled = (dice: Dice, jwt: string): string => {
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

/** A token that opens nothing of what is asked for. */
const badToken = (dice: Dice, { film, privateImage }: FuzzLibrary): FuzzRequest => {
  const [{ uid, jwt }, other, path] = dice.pick([
    [film, privateImage, `/api/1/content_files/${film.uid}/mobile.m3u8`] as const,
    [privateImage, film, `/api/1/image_files/playlist/${privateImage.uid}`] as const,
  ])
  const token = dice.chance(0.3) ? other.jwt : mangled(dice, jwt)
  const { target, headers } = carry(
    path.replace(uid, dice.chance(0.2) ? `${uid}x` : uid),
    token,
    dice.pick(['header', 'path', 'query'] as const),
  )
  const method = dice.pick(['GET', 'HEAD'])
  return {
    bytes: Buffer.from(head(method, target, [host(dice), ...headers, ...noise(dice)]), 'latin1'),
    expectation: { method, statuses: [401, 403, 404], truth: null },
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
  // Within the limit of a target, and thousands of parameters.
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
    expectation: { method, statuses: [200, 204, 301, 304, 400, 401, 403, 404, 405, 414, 422], truth: null },
    endsConnection: isExpecting,
  }
}

/** Inside of what may be read as a body: if it were answered, two readers would have read two things. */
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'

const brokenForms: ReadonlyArray<readonly [name: string, text: string, statuses: ReadonlyArray<number>]> = [
  [
    'length and chunks',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'chunks and length',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'two lengths',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'a list of lengths',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 34\r\n\r\n${smuggled}`,
    [400],
  ],
  ['a signed length', `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n${smuggled}`, [400]],
  [
    'an odd coding',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'a coding that is not last',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'white space before the colon',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    [400],
  ],
  [
    'a folded coding',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    [400, 405],
  ],
  ['a folded header', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n`, [200, 400]],
  ['NUL in a value', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n`, [400]],
  ['NUL in the target', `GET /health\u0000z HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['bare LF', `GET /healthz HTTP/1.1\nHost: a\n\n`, [400]],
  ['bare CR', `GET /healthz HTTP/1.1\rHost: a\r\r`, [400]],
  ['CR in a value', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n`, [400]],
  ['no Host', `GET /healthz HTTP/1.1\r\n\r\n`, [400]],
  ['two Hosts', `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, [400]],
  ['headers too large', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, [431]],
  ['a target too large', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, [431]],
  ['too many headers', `GET /healthz HTTP/1.1\r\nHost: a\r\n${'a:\r\n'.repeat(5000)}\r\n`, [431]],
  [
    'a chunk of no size',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${smuggled}`,
    [405],
  ],
  [
    'a chunk that overflows',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${smuggled}`,
    [405],
  ],
  [
    'a chunk without its end',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX0\r\n\r\n${smuggled}`,
    [405],
  ],
  [
    'an extension with LF',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a\nxx\r\n0\r\n\r\n${smuggled}`,
    [405],
  ],
  [
    'extensions too large',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(20_000)}\r\na\r\n0\r\n\r\n${smuggled}`,
    [405, 413],
  ],
  [
    'a body too large',
    `POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n${smuggled}`,
    [413],
  ],
  ['an unknown version', `GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n`, [505]],
  ['no known version', `GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n`, [400]],
  ['an old version', `GET /healthz HTTP/1.0\r\n\r\n`, [200]],
  ['no version', `GET /healthz\r\n\r\n`, [400, 505]],
  ['an unknown method', `BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['an odd expectation', `GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n`, [417]],
  ['CONNECT', `CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n`, [405]],
  ['a broken URL', `GET http://[::1/?jwt=x HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['a URL of no port', `GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['a star', `GET * HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['a fragment', `GET /healthz#x HTTP/1.1\r\nHost: a\r\n\r\n`, [400]],
  ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', [400]],
  ['noise', '\u0000\u00ff\r\n\r\n\r\n\r\n', [400]],
]

const broken = (dice: Dice): FuzzRequest => {
  const [, text, statuses] = dice.pick(brokenForms)
  return {
    bytes: Buffer.from(text, 'latin1'),
    expectation: { method: text.startsWith('CONNECT') ? 'CONNECT' : 'GET', statuses, truth: null },
    // Some of them are taken: nothing comes behind them, so that it does not matter.
    endsConnection: true,
  }
}

export const makeRequest = (dice: Dice, truths: ReadonlyArray<Truth>, library: FuzzLibrary): FuzzRequest => {
  const kind = dice.below(100)
  if (kind < 62) return known(dice, truths)
  if (kind < 74) return badToken(dice, library)
  if (kind < 88) return strange(dice, library)
  return broken(dice)
}
