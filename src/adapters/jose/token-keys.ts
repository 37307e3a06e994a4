import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { E } from '../../fp.ts'
import { type TokenAlgorithm, type TokenKey, tokenAlgorithms } from '../../ports/token-key.ts'

/**
 * A key that can be used. `signKey` is `null` for a public key, which verifies the signatures of another
 * service.
 */
export type LoadedTokenKey = TokenKey & { readonly verifyKey: KeyObject; readonly signKey: KeyObject | null }

const asymmetricTypes = { EdDSA: 'ed25519', RS256: 'rsa' } as const
const minimumRsaBits = 2048

const keyPairOf = (der: Buffer): Pick<LoadedTokenKey, 'verifyKey' | 'signKey'> | null => {
  try {
    const signKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return { verifyKey: createPublicKey(signKey), signKey }
  } catch {
    try {
      return { verifyKey: createPublicKey({ key: der, format: 'der', type: 'spki' }), signKey: null }
    } catch {
      return null
    }
  }
}

/**
 * Checks and loads a key. Fails with a description of the fault, which contains nothing of the key's
 * material.
 */
export const loadTokenKey = (key: TokenKey): E.Either<string, LoadedTokenKey> => {
  const material = Buffer.from(key.material)
  if (key.algorithm === 'HS256') {
    if (material.length < 32) return E.left(`has a key ${key.kid} for HS256 of fewer than 32 bytes`)
    const secret = createSecretKey(material)
    return E.right({ ...key, verifyKey: secret, signKey: secret })
  }
  const pair = keyPairOf(material)
  if (pair === null) return E.left(`has a key ${key.kid} that is neither SPKI nor PKCS #8 in DER`)
  const { asymmetricKeyType, asymmetricKeyDetails } = pair.verifyKey
  const expected = asymmetricTypes[key.algorithm]
  if (asymmetricKeyType !== expected)
    return E.left(`has a key ${key.kid} of type ${asymmetricKeyType}, and ${key.algorithm} takes ${expected}`)
  if (expected === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < minimumRsaBits)
    return E.left(`has a key ${key.kid} for RS256 of fewer than ${minimumRsaBits} bits`)
  return E.right({ ...key, ...pair })
}

const isAlgorithm = (s: string): s is TokenAlgorithm => (tokenAlgorithms as ReadonlyArray<string>).includes(s)

const parseTokenKey = (text: string): E.Either<string, TokenKey> => {
  const [kid, algorithm, encoded, ...rest] = text.split(':')
  if (kid === undefined || algorithm === undefined || encoded === undefined || rest.length > 0)
    return E.left('is not of the form kid:alg:base64url')
  if (!/^[\w.-]{1,64}$/.test(kid)) return E.left('has a kid that is not 1 to 64 letters, digits, or . _ -')
  if (!isAlgorithm(algorithm))
    return E.left(`has a key ${kid} with an algorithm that is not one of ${tokenAlgorithms.join(', ')}`)
  if (!/^[\w-]+$/.test(encoded)) return E.left(`has a key ${kid} that is not base64url`)
  const key: TokenKey = { kid, algorithm, material: Buffer.from(encoded, 'base64url') }
  const loaded = loadTokenKey(key)
  return E.isLeft(loaded) ? loaded : E.right(key)
}

/**
 * Parses keys in the format `kid:alg:base64url[,…]`. Fails with a description of the fault, which contains no
 * key.
 */
export const parseTokenKeys = (text: string): E.Either<string, ReadonlyArray<TokenKey>> => {
  const keys: TokenKey[] = []
  for (const item of text.split(',')) {
    const key = parseTokenKey(item.trim())
    if (E.isLeft(key)) return key
    if (keys.some(({ kid }) => kid === key.right.kid)) return E.left(`has the kid ${key.right.kid} twice`)
    keys.push(key.right)
  }
  return E.right(keys)
}

/** The `kid` of a key that is configured as a plain secret. */
const plainSecretKid = 'id'

/**
 * Parses keys as `parseTokenKeys` does. Also accepts a single plain secret of at least 32 bytes, the only
 * format before key rotation existed.
 */
export const parseSecretOrKeys = (text: string): E.Either<string, ReadonlyArray<TokenKey>> => {
  if (/^[\w.-]{1,64}:(?:HS256|EdDSA|RS256):/.test(text)) return parseTokenKeys(text)
  return Buffer.byteLength(text) >= 32
    ? E.right([{ kid: plainSecretKid, algorithm: 'HS256', material: Buffer.from(text) }])
    : E.left('is shorter than 32 bytes')
}

/**
 * Returns the keys of one kind of token, at least one of which can sign. If none of the configured keys can
 * sign, Larder's own key is appended. The `kid` of this key differs from those of the other keys (http-api.md
 * §2.1, V63).
 */
export const withSigningKey = (
  keys: ReadonlyArray<TokenKey>,
  own: () => ReadonlyArray<TokenKey>,
): ReadonlyArray<TokenKey> => {
  const canSign = (key: TokenKey): boolean => {
    const loaded = loadTokenKey(key)
    return E.isRight(loaded) && loaded.right.signKey !== null
  }
  if (keys.some(canSign)) return keys
  const freeKid = (kid: string): string =>
    keys.some((key) => key.kid === kid) ? freeKid(`larder-${kid}`) : kid
  return [...keys, ...own().map((key) => ({ ...key, kid: freeKid(key.kid) }))]
}

export const generateSecretKey = (kid: string): TokenKey => ({
  kid,
  algorithm: 'HS256',
  material: randomBytes(32),
})

export const formatTokenKeys = (keys: ReadonlyArray<TokenKey>): string =>
  keys
    .map(
      ({ kid, algorithm, material }) => `${kid}:${algorithm}:${Buffer.from(material).toString('base64url')}`,
    )
    .join(',')
