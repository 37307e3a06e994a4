import { randomBytes } from 'node:crypto'
import { E } from '../../fp.ts'

const algorithms = ['HS256', 'EdDSA', 'RS256'] as const
export type TokenAlgorithm = (typeof algorithms)[number]

/**
 * A key that signs or verifies tokens, with the one algorithm that it is for. `material` is the secret for HS256
 * (32 bytes or more), else DER: SPKI of a public key, or PKCS #8 of a private one, which can also sign.
 */
export type TokenKey = {
  readonly kid: string
  readonly algorithm: TokenAlgorithm
  readonly material: Uint8Array
}

const isAlgorithm = (s: string): s is TokenAlgorithm => (algorithms as ReadonlyArray<string>).includes(s)

const parseTokenKey = (text: string): E.Either<string, TokenKey> => {
  const [kid, algorithm, encoded, ...rest] = text.split(':')
  if (kid === undefined || algorithm === undefined || encoded === undefined || rest.length > 0)
    return E.left('is not of the form kid:alg:base64url')
  if (!/^[\w.-]{1,64}$/.test(kid)) return E.left('has a kid that is not 1 to 64 letters, digits, or . _ -')
  if (!isAlgorithm(algorithm)) return E.left(`has an algorithm that is not one of ${algorithms.join(', ')}`)
  if (!/^[\w-]+$/.test(encoded)) return E.left('has a key that is not base64url')
  const material = Buffer.from(encoded, 'base64url')
  if (algorithm === 'HS256' && material.length < 32) return E.left('has an HS256 key of fewer than 32 bytes')
  return E.right({ kid, algorithm, material })
}

/** Reads `kid:alg:base64url[,…]`; the left says what is wrong, and repeats no key. */
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

export const newSecretKey = (kid: string): TokenKey => ({
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
