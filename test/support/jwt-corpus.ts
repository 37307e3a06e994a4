import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import {
  encodeBase64Url,
  encodeJsonBase64Url,
  malleateSignature,
  signEd,
  signHs,
  signRs,
  smallOrderSignature,
} from './jwt-signing.ts'

/** The keys of a server for one kind of token. */
type CorpusKeys = {
  readonly secret: { readonly kid: string; readonly key: Uint8Array }
  readonly ed25519: { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  readonly rsa: { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
}

export type CorpusToken = {
  readonly name: string
  readonly jwt: string
  /** Whether the contract accepts the token. Otherwise the token is refused with 403. */
  readonly isGood: boolean
}

type Json = Readonly<Record<string, unknown>>

/**
 * Published attacks on JWTs (RFC 8725, RFC 7515 §10, CVEs), built for the keys of a server. `claims` are
 * those of a valid token. Some tokens are signed with the real key: an honest key holder could be tricked
 * into signing their claims or headers.
 */
export const jwtCorpus = (keys: CorpusKeys, claims: Json): ReadonlyArray<CorpusToken> => {
  const { secret, ed25519, rsa } = keys
  const header = { alg: 'HS256', kid: secret.kid, typ: 'JWT' }
  const payload = encodeJsonBase64Url(claims)
  const good = `${encodeJsonBase64Url(header)}.${payload}`
  const signed = (input: string): string => `${input}.${signHs(input, secret.key)}`
  const withHeader = (more: Json): string =>
    signed(`${encodeJsonBase64Url({ ...header, ...more })}.${payload}`)
  const withClaims = (more: Json): string =>
    signed(`${encodeJsonBase64Url(header)}.${encodeJsonBase64Url({ ...claims, ...more })}`)
  const withPayload = (text: string | Uint8Array): string =>
    signed(`${encodeJsonBase64Url(header)}.${encodeBase64Url(text)}`)
  const rawHeader = (text: string): string => signed(`${encodeBase64Url(text)}.${payload}`)
  const rawClaim = (name: string, literal: string): string => {
    const { [name]: _, ...others } = claims as Record<string, unknown>
    return withPayload(`${JSON.stringify(others).slice(0, -1)},"${name}":${literal}}`)
  }

  const ofKey = (algorithm: 'EdDSA' | 'RS256', kid: string, more: Json = {}): string =>
    `${encodeJsonBase64Url({ alg: algorithm, kid, ...more })}.${payload}`
  const edInput = ofKey('EdDSA', ed25519.kid)
  const edSignature = signEd(edInput, ed25519.privateKey)
  const rsInput = ofKey('RS256', rsa.kid)

  const theirs = generateKeyPairSync('ed25519')
  const theirJwk = theirs.publicKey.export({ format: 'jwk' })
  const forged = (more: Json): string => {
    const input = `${encodeJsonBase64Url({ alg: 'EdDSA', ...more })}.${payload}`
    return `${input}.${signEd(input, theirs.privateKey)}`
  }
  const confused = (kid: string, key: Uint8Array, alg = 'HS256'): string => {
    const input = `${encodeJsonBase64Url({ alg, kid })}.${payload}`
    return `${input}.${signHs(input, key)}`
  }
  const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' })
  const pem = (key: KeyObject) => Buffer.from(String(key.export({ format: 'pem', type: 'spki' })))
  const jwk = (key: KeyObject) => Buffer.from(JSON.stringify(key.export({ format: 'jwk' })))

  const [head = '', body = '', tail = ''] = signed(good).split('.')
  const refused: Readonly<Record<string, string>> = {
    // Tokens without a signature.
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'nоne', '', 'null'].flatMap((alg) => [
        [`alg ${JSON.stringify(alg)}, no signature`, `${encodeJsonBase64Url({ alg })}.${payload}.`],
        [
          `alg ${JSON.stringify(alg)}, with our kid`,
          `${encodeJsonBase64Url({ alg, kid: secret.kid })}.${payload}.AAAA`,
        ],
      ]),
    ),
    'no alg': `${encodeJsonBase64Url({ kid: secret.kid })}.${payload}.${tail}`,
    'alg null': `${encodeJsonBase64Url({ alg: null, kid: secret.kid })}.${payload}.${tail}`,
    'alg a list': `${encodeJsonBase64Url({ alg: ['HS256'], kid: secret.kid })}.${payload}.${tail}`,
    'no signature, with its dot': `${head}.${body}.`,
    'no signature, without its dot': `${head}.${body}`,
    'a signature cut short': `${head}.${body}.${tail.slice(0, 40)}`,
    'half a signature': `${head}.${body}.${encodeBase64Url(Buffer.from(tail, 'base64url').subarray(0, 16))}`,
    'a signature with a byte more': `${head}.${body}.${encodeBase64Url(Buffer.concat([Buffer.from(tail, 'base64url'), Buffer.from([0])]))}`,
    'a signature of zeros': `${head}.${body}.${encodeBase64Url(Buffer.alloc(32))}`,
    'the signature of another payload': `${head}.${encodeJsonBase64Url({ ...claims, exp: 9_999_999_999 })}.${tail}`,

    // Key confusion in both directions: a public key, in every form, as the secret, and the reverse.
    ...Object.fromEntries(
      [ed25519, rsa].flatMap(({ kid, publicKey }) => [
        [`${kid} as a secret, DER`, confused(kid, spki(publicKey))],
        [`${kid} as a secret, PEM`, confused(kid, pem(publicKey))],
        [`${kid} as a secret, PEM without its last line end`, confused(kid, pem(publicKey).subarray(0, -1))],
        [`${kid} as a secret, JWK`, confused(kid, jwk(publicKey))],
        [`${kid} as a secret under the kid of the secret`, confused(secret.kid, spki(publicKey))],
        [`${kid} as an empty secret`, confused(kid, Buffer.alloc(0))],
      ]),
    ),
    'the secret said to be RS256': `${encodeJsonBase64Url({ alg: 'RS256', kid: secret.kid })}.${payload}.${tail}`,
    'RS256 by the kid of the secret': `${ofKey('RS256', secret.kid)}.${signRs(ofKey('RS256', secret.kid), rsa.privateKey)}`,
    'EdDSA by the kid of RS256': `${ofKey('EdDSA', rsa.kid)}.${signEd(ofKey('EdDSA', rsa.kid), ed25519.privateKey)}`,
    'PS256 of the RS256 key': `${encodeJsonBase64Url({ alg: 'PS256', kid: rsa.kid })}.${payload}.${signRs(`${encodeJsonBase64Url({ alg: 'PS256', kid: rsa.kid })}.${payload}`, rsa.privateKey)}`,
    'RS512 of the RS256 key': `${encodeJsonBase64Url({ alg: 'RS512', kid: rsa.kid })}.${payload}.${tail}`,
    'HS512 of the HS256 secret': (() => {
      const input = `${encodeJsonBase64Url({ ...header, alg: 'HS512' })}.${payload}`
      return `${input}.${signHs(input, secret.key, 'sha512')}`
    })(),
    'hs256 in small letters': withHeader({ alg: 'hs256' }),
    'ES256 with a signature of zeros (psychic signatures)': `${encodeJsonBase64Url({ alg: 'ES256', kid: ed25519.kid })}.${payload}.${encodeBase64Url(Buffer.alloc(64))}`,
    'EdDSA with a signature of zeros': `${edInput}.${encodeBase64Url(Buffer.alloc(64))}`,
    'EdDSA with a point of small order': `${edInput}.${smallOrderSignature}`,
    'EdDSA with S beyond the order': `${edInput}.${malleateSignature(edSignature)}`,
    'EdDSA cut short': `${edInput}.${encodeBase64Url(Buffer.from(edSignature, 'base64url').subarray(0, 63))}`,
    'RS256 with a signature of one': `${rsInput}.${encodeBase64Url(Buffer.concat([Buffer.alloc(255), Buffer.from([1])]))}`,

    // Keys that the attacker chooses, by jwk, jku, certificate or kid.
    'their key, by our kid': forged({ kid: ed25519.kid }),
    'jwk in the header': forged({ jwk: theirJwk }),
    'jwk beside our kid': forged({ kid: ed25519.kid, jwk: theirJwk }),
    jku: forged({ kid: 'theirs', jku: 'https://attacker.example/jwks.json' }),
    'jku beside our kid': forged({ kid: ed25519.kid, jku: 'https://attacker.example/jwks.json' }),
    x5u: forged({ x5u: 'https://attacker.example/cert.pem' }),
    x5c: forged({ x5c: [spki(theirs.publicKey).toString('base64')] }),
    x5t: forged({ x5t: encodeBase64Url(Buffer.alloc(20)) }),
    ...Object.fromEntries(
      [
        '../../../../dev/null',
        '/dev/null',
        'C:\\Windows\\win.ini',
        "' OR 1=1 --",
        "x' UNION SELECT 'secret",
        '| id',
        '$(id)',
        '__proto__',
        'constructor',
        'toString',
        '',
        ' ',
        `${secret.kid} `,
        secret.kid.toUpperCase(),
        `${secret.kid}\0`,
        'ключ',
        '🔑',
        '\ud800',
        'k'.repeat(500),
      ].map((kid) => [`kid ${JSON.stringify(kid).slice(0, 40)}`, confused(kid, Buffer.alloc(0))]),
    ),
    ...Object.fromEntries(
      [null, 0, 1, true, ['i1'], { kid: 'i1' }].map((kid) => [
        `kid ${JSON.stringify(kid)}`,
        withHeader({ kid }),
      ]),
    ),

    // Critical headers.
    'crit of nothing': withHeader({ crit: [] }),
    'crit of what is unknown': withHeader({ crit: ['exp'], exp: 1 }),
    'crit that is no list': withHeader({ crit: 'b64' }),
    'crit b64, false': withHeader({ crit: ['b64'], b64: false }),
    'crit b64, true': withHeader({ crit: ['b64'], b64: true }),
    'b64 false, and the payload as it is': (() => {
      const input = `${encodeJsonBase64Url({ ...header, b64: false, crit: ['b64'] })}.${JSON.stringify(claims)}`
      return `${input}.${signHs(input, secret.key)}`
    })(),

    // Malformed serializations.
    padding: `${head}=.${body}=.${tail}=`,
    'padding of the signature': `${head}.${body}.${tail}=`,
    'base64 in place of base64url': `${head}.${body}.${Buffer.from(tail, 'base64url').toString('base64')}`,
    'bits beyond the signature': `${head}.${body}.${tail.slice(0, -1)}${String.fromCharCode((tail.charCodeAt(tail.length - 1) || 65) + 1)}`,
    'a space inside': `${head}. ${body}.${tail}`,
    'a space at its end': `${head}.${body}.${tail} `,
    'a line end inside': `${head}.${body.slice(0, 9)}\n${body.slice(9)}.${tail}`,
    'a tab inside': `${head}.${body}.\t${tail}`,
    'a letter of a group of its own': `${head}.${body}.${tail}AA`,
    'a dot more': `${head}.${body}.${tail}.`,
    'a dot in front': `.${head}.${body}.${tail}`,
    'two dots': `${head}..${tail}`,
    'dots alone': '..',
    'four parts': `${head}.${body}.${tail}.${tail}`,
    'five parts (JWE)': `${encodeJsonBase64Url({ alg: 'dir', enc: 'A256GCM' })}..${encodeBase64Url('iv')}.${encodeBase64Url('text')}.${encodeBase64Url('tag')}`,
    'JSON serialization': JSON.stringify({ protected: head, payload: body, signature: tail }),
    'JSON serialization as one part': encodeBase64Url(
      JSON.stringify({ protected: head, payload: body, signature: tail }),
    ),
    'a token in a token': withPayload(signed(good)),
    'a token in a token, said to be one': signed(
      `${encodeJsonBase64Url({ ...header, cty: 'JWT' })}.${encodeBase64Url(signed(good))}`,
    ),
    'very long': withClaims({ note: 'x'.repeat(8000) }),
    'one letter too long': (() => {
      const most = (length: number) => withClaims({ note: 'x'.repeat(length) })
      let length = 2500
      while (most(length).length <= 4096) length += 1
      return most(length)
    })(),
    'letters, very many': 'A'.repeat(9000),
    'three parts, very long': `${'A'.repeat(3000)}.${'A'.repeat(3000)}.${'A'.repeat(3000)}`,
    'letters that are none': 'ä.ö.ü',
    'percent signs': `${head}%2e${body}%2e${tail}`,
    'a compressed payload (zip bomb)': signed(
      `${encodeJsonBase64Url({ ...header, zip: 'DEF' })}.${encodeBase64Url(deflateRawSync(Buffer.alloc(1_000_000)))}`,
    ),

    // Headers and payloads that are not JSON objects.
    'a header that is no JSON': rawHeader('alg=HS256'),
    'a header that is a list': rawHeader('[]'),
    'a header that is null': rawHeader('null'),
    'a header that is text': rawHeader('"HS256"'),
    'a header with a member of the prototype': rawHeader(
      `{"__proto__":{"alg":"HS256","kid":"${secret.kid}"}}`,
    ),
    'a header of which the last alg is none': rawHeader(`{"alg":"HS256","kid":"${secret.kid}","alg":"none"}`),
    'a header that is no UTF-8': signed(`${encodeBase64Url(Buffer.from([0x7b, 0xff, 0x7d]))}.${payload}`),
    'a payload that is no JSON': withPayload('sub=x'),
    'a payload that is empty': withPayload(' '),
    'a payload that is a list': withPayload('[{"sub":"x"}]'),
    'a payload that is null': withPayload('null'),
    'a payload that is a number': withPayload('1'),
    'a payload that is no UTF-8': withPayload(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    'a payload with claims of the prototype': withPayload(`{"__proto__":${JSON.stringify(claims)}}`),
    'a payload nested deeply': withPayload(`${'['.repeat(900)}${']'.repeat(900)}`),
    'a payload of which the last exp is over': withPayload(`${JSON.stringify(claims).slice(0, -1)},"exp":1}`),

    // Invalid times.
    'exp 1e400': rawClaim('exp', '1e400'),
    'exp -1e400': rawClaim('exp', '-1e400'),
    'exp 1e300': rawClaim('exp', '1e300'),
    'exp 9007199254740993': rawClaim('exp', '9007199254740993'),
    'exp as text': rawClaim('exp', '"9999999999"'),
    'exp negative': rawClaim('exp', '-9999999999'),
    'exp 0': rawClaim('exp', '0'),
    'exp NaN': rawClaim('exp', 'NaN'),
    'exp null': rawClaim('exp', 'null'),
    'exp true': rawClaim('exp', 'true'),
    'exp a list': rawClaim('exp', '[9999999999]'),
    'exp an object': rawClaim('exp', '{"valueOf":9999999999}'),
    'exp over': rawClaim('exp', '1799999999.9'),
    'iat as text': rawClaim('iat', '"1"'),
    'iat null': rawClaim('iat', 'null'),
    'iat 1e400': rawClaim('iat', '1e400'),
    'exp beyond the maximum lifetime': rawClaim('exp', '1802592000'),
    'iat later than now': rawClaim('iat', '1800000061'),
    'nbf later': withClaims({ nbf: 9_999_999_999 }),
    'nbf as text': withClaims({ nbf: '0' }),
    'nbf null': withClaims({ nbf: null }),
    'nbf 1e400': rawClaim('nbf', '1e400'),

    // Wrong issuer, subject or audience.
    ...Object.fromEntries(
      ['sub', 'iss', 'aud', 'exp', 'iat'].map((name) => [`no ${name}`, withClaims({ [name]: undefined })]),
    ),
    'aud of something else': withClaims({ aud: 'elsewhere' }),
    'aud a list of others': withClaims({ aud: ['elsewhere', 'larder'] }),
    'aud an empty list': withClaims({ aud: [] }),
    'aud a list in a list': withClaims({ aud: [[claims.aud]] }),
    'aud an object': withClaims({ aud: { 0: claims.aud, length: 1 } }),
    'aud in capitals': withClaims({ aud: String(claims.aud).toUpperCase() }),
    'iss a list': withClaims({ iss: [claims.iss] }),
    'iss an object': withClaims({ iss: { toString: 'larder' } }),
    'iss with a space': withClaims({ iss: `${claims.iss} ` }),
    'sub empty': withClaims({ sub: '' }),
    'sub a number': withClaims({ sub: 7 }),
    'sub a list': withClaims({ sub: [claims.sub] }),
    'sub with NUL': rawClaim('sub', `"${claims.sub}\\u0000"`),
    'sub with a line end': rawClaim('sub', `"${claims.sub}\\n"`),
    'sub with half of a pair': rawClaim('sub', `"${claims.sub}\\ud800"`),
    'sub of another file': withClaims({ sub: `${claims.sub}x` }),
    'sub with a space': withClaims({ sub: `${claims.sub} ` }),
    'sub with a path': withClaims({ sub: `../${claims.sub}` }),
  }

  const accepted: Readonly<Record<string, string>> = {
    'by the secret': signed(good),
    'by EdDSA': `${edInput}.${edSignature}`,
    'by RS256': `${rsInput}.${signRs(rsInput, rsa.privateKey)}`,
    'without a kid, by the first key': signed(`${encodeJsonBase64Url({ alg: 'HS256' })}.${payload}`),
    'with headers that it need not understand': withHeader({
      jku: 'https://attacker.example/jwks.json',
      cty: 'x',
      b64: false,
    }),
    // By RFC 7519 §4 the last of duplicate members counts.
    'a payload of which the first exp is over': withPayload(`{"exp":1,${JSON.stringify(claims).slice(1)}`),
    'aud a list with ours': withClaims({ aud: ['elsewhere', claims.aud] }),
    'exp with a fraction': rawClaim('exp', '1800000899.5'),
    'white space in the payload': withPayload(JSON.stringify(claims, null, 2)),
    'claims that are not known': withClaims({ jti: 'x', scope: ['a'], admin: false }),
  }
  const named = (all: Readonly<Record<string, string>>, isGood: boolean) =>
    Object.entries(all).map(([name, jwt]) => ({ name, jwt, isGood }))
  return [...named(refused, false), ...named(accepted, true)]
}
