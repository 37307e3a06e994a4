import type { JWTPayload } from 'jose'
import { SignJWT } from 'jose/jwt/sign'
import type { CommonClaims } from './jwt-claims.ts'
import { createJwtVerifier, type JwtOptions, type JwtVerifier, loadTokenKeyOrThrow } from './jwt-verifier.ts'

/** Verifies and signs JWTs. */
type JwtCodec = JwtVerifier & {
  /** `iat` is one second ago (http-api.md §2.3). */
  readonly sign: (claims: JWTPayload, sub: string, ttlSeconds: number) => Promise<string>
  readonly signClaims: (claims: JWTPayload & CommonClaims) => Promise<string>
}

/** Creates a codec. Throws if a key is invalid, or if no key can sign (see createJwtVerifier). */
export const createJwtCodec = (options: JwtOptions): JwtCodec => {
  const { issuer, audience, clock } = options
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
    sign: (claims, sub, ttlSeconds) => {
      const now = Math.floor(clock() / 1000)
      return signClaims({ ...claims, sub, iat: now - 1, exp: now + ttlSeconds })
    },
  }
}
