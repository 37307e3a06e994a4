/**
 * A request inside the body of another request. A reply to it means that the server read the body as a
 * request.
 */
const smuggled = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'

/** Requests that are malformed or unusual, with the permitted statuses. */
export const malformedRequests: ReadonlyArray<
  readonly [name: string, text: string, statuses: ReadonlyArray<number>]
> = [
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
