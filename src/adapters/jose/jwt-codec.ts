import { randomBytes } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { SignJWT } from 'jose/jwt/sign'
import type { CommonClaims } from './jwt-claims.ts'
import { createJwtVerifier, type JwtOptions, type JwtVerifier, loadTokenKeyOrThrow } from './jwt-verifier.ts'

/** Verifies and signs JWTs. */
type JwtCodec = JwtVerifier & {
  /**
   * Signs a new token, with a random `jti`. `iat` is one second ago (http-api.md §2.3), or `notBefore` (seconds
   * since 1970) if that is later. The lifetime is `ttlSeconds`, within the maximum.
   */
  readonly sign: (claims: JWTPayload, sub: string, ttlSeconds: number, notBefore?: number) => Promise<string>
  readonly signClaims: (claims: JWTPayload & CommonClaims) => Promise<string>
}

/** Returns 128 random bits, so that no two tokens have the same id (RFC 7519 §4.1.7). */
const createTokenId = (): string => randomBytes(16).toString('base64url')

export type SigningOptions = JwtOptions & {
  /** Creates the `jti` of a new token; by default 128 random bits. */
  readonly newTokenId?: () => string
}

/** Creates a codec. Throws if a key is invalid, or if no key can sign (see createJwtVerifier). */
export const createJwtCodec = (options: SigningOptions): JwtCodec => {
  const { issuer, audience, maxTtlSeconds, clock, newTokenId = createTokenId } = options
  const verifier = createJwtVerifier(options)
  const signer = options.keys.map(loadTokenKeyOrThrow).find(({ signKey }) => signKey !== null)
  if (!signer?.signKey) throw new Error(`no ${audience} key can sign`)
  const signingKey = signer.signKey

  const signClaims: JwtCodec['signClaims'] = (claims) =>
    new SignJWT({ ...claims, iss: issuer, aud: audience })
      .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'JWT' })
      .sign(signingKey)

  return {
    ...verifier,
    signClaims,
    sign: (claims, sub, ttlSeconds, notBefore = 0) => {
      const now = Math.floor(clock() / 1000)
      const iat = Math.max(now - 1, notBefore)
      const exp = Math.min(now + ttlSeconds, iat + maxTtlSeconds)
      return signClaims({ ...claims, sub, iat, exp, jti: newTokenId() })
    },
  }
}
