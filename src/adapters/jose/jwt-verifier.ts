import type { CompactVerifyGetKey } from 'jose'
import * as errors from 'jose/errors'
import { compactVerify } from 'jose/jws/compact/verify'
import { type Forbidden, type ForbiddenReason, forbidden } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TokenKey } from '../../ports/token-key.ts'
import { isCompactJwt } from './compact-jwt.ts'
import { type CommonClaims, checkClaims, type JwtClaims, readClaims } from './jwt-claims.ts'
import { type LoadedTokenKey, loadTokenKey } from './token-keys.ts'

export type JwtOptions = {
  readonly issuer: string
  readonly audience: string
  /**
   * All keys verify tokens. The first key that can sign is used for signing. The first key also verifies
   * tokens without a `kid`.
   */
  readonly keys: ReadonlyArray<TokenKey>
  readonly leewaySeconds: number
  /** Maximum lifetime of a token in seconds, from `iat` to `exp`. */
  readonly maxTtlSeconds: number
  readonly clock: Clock
}

/** The reason why the signature of a token is not valid. */
export type BadSignature = Extract<ForbiddenReason, 'malformed' | 'unknown_key' | 'signature'>

/** A token with a valid signature. */
type VerifiedClaims = { readonly kid: string; readonly claims: JwtClaims }

/** Verifies the JWTs (RFC 7519) of one audience. */
export type JwtVerifier = {
  /** Verifies only the signature. */
  readonly open: (jwt: string) => Promise<E.Either<BadSignature, VerifiedClaims>>
  /** Checks the claims of a token with a valid signature. */
  readonly check: (claims: JwtClaims) => E.Either<ForbiddenReason, CommonClaims>
  /** Verifies the signature and checks the claims. */
  readonly verify: (jwt: string) => Promise<E.Either<Forbidden, JwtClaims & CommonClaims>>
}

/** Loads a key. Throws if it is invalid. */
export const loadTokenKeyOrThrow = (key: TokenKey): LoadedTokenKey => {
  const result = loadTokenKey(key)
  if (E.isLeft(result)) throw new Error(`the list of keys ${result.left}`)
  return result.right
}

const reasonOf = (error: unknown): BadSignature => {
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key'
  return error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed'
}

/** Creates a verifier. Throws if there is no key, or if the material of a key does not fit its algorithm. */
export const createJwtVerifier = (options: JwtOptions): JwtVerifier => {
  const { clock, ...rules } = options
  const keys = options.keys.map(loadTokenKeyOrThrow)
  const [first] = keys
  if (first === undefined) throw new Error(`there is no ${options.audience} key`)

  const keyFor = (kid: unknown): LoadedTokenKey | undefined =>
    kid === undefined ? first : keys.find((key) => key.kid === kid)

  // A token is verified only with the algorithm of its key. This rejects the algorithm `none`, and a public
  // key used as an HMAC secret.
  const verifierOf: CompactVerifyGetKey = (header) => {
    const key = keyFor(header.kid)
    if (key === undefined || key.algorithm !== header.alg) throw new errors.JWKSNoMatchingKey()
    return key.verifyKey
  }

  const open: JwtVerifier['open'] = async (jwt) => {
    if (!isCompactJwt(jwt)) return E.left('malformed')
    try {
      const { payload, protectedHeader } = await compactVerify(jwt, verifierOf)
      // A token with a critical extension (`crit`) is refused, even if jose supports the extension
      // (RFC 7515 §4.1.11).
      const claims = protectedHeader.crit === undefined ? readClaims(payload) : null
      const kid = keyFor(protectedHeader.kid)?.kid ?? first.kid
      return claims === null ? E.left('malformed') : E.right({ kid, claims })
    } catch (error) {
      return E.left(reasonOf(error))
    }
  }

  const check: JwtVerifier['check'] = (claims) =>
    checkClaims(claims, Object.assign({}, rules, { now: Math.floor(clock() / 1000) }))

  return {
    open,
    check,
    verify: async (jwt) => {
      const opened = await open(jwt)
      if (E.isLeft(opened)) return E.left(forbidden(opened.left))
      const { claims } = opened.right
      const checked = check(claims)
      return E.isLeft(checked)
        ? E.left(forbidden(checked.left))
        : E.right(Object.assign({}, claims, checked.right))
    },
  }
}
