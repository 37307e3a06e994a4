import { E } from '../../fp.ts'
import type { IdTokenVerifier } from '../../ports/id-token-verifier.ts'
import { tokenIdOf } from './jwt-claims.ts'
import { createJwtVerifier, type JwtOptions } from './jwt-verifier.ts'

/**
 * Creates a verifier of the id tokens that Larder's own keys sign. Throws if a key is invalid (see
 * createJwtVerifier).
 */
export const createJoseIdTokenVerifier = (options: Omit<JwtOptions, 'audience'>): IdTokenVerifier => {
  const verifier = createJwtVerifier({ ...options, audience: `${options.issuer}-id` })
  return {
    verify: (jwt) => async () => {
      const claims = await verifier.verify(jwt)
      if (E.isLeft(claims)) return claims
      const { sub, iat } = claims.right
      return E.right({ sub, iat, ...tokenIdOf(claims.right) })
    },
  }
}
