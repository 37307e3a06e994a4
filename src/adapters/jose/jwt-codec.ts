import { type JWTPayload, SignJWT } from 'jose'
import { createJwtVerifier, type JwtOptions, type JwtVerifier, loadTokenKeyOrThrow } from './jwt-verifier.ts'

/** Verifies and signs JWTs. */
export type JwtCodec = JwtVerifier & {
  readonly sign: (claims: JWTPayload, sub: string, ttlSeconds: number) => Promise<string>
}

/** Creates a codec. Throws if a key is invalid, or if no key can sign (see createJwtVerifier). */
export const createJwtCodec = (options: JwtOptions): JwtCodec => {
  const { issuer, audience, clock } = options
  const verifier = createJwtVerifier(options)
  const signer = options.keys.map(loadTokenKeyOrThrow).find(({ signKey }) => signKey !== null)
  if (!signer?.signKey) throw new Error(`no ${audience} key can sign`)
  const signingKey = signer.signKey

  return {
    ...verifier,
    sign: (claims, sub, ttlSeconds) => {
      const now = Math.floor(clock() / 1000)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'JWT' })
        .setSubject(sub)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now - 1)
        .setExpirationTime(now + ttlSeconds)
        .sign(signingKey)
    },
  }
}
