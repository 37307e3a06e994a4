import { E } from '../../fp.ts'
import type { IdTokenIssuer } from '../../ports/id-token-issuer.ts'
import { createJwtCodec } from './jwt-codec.ts'
import type { JwtOptions } from './jwt-verifier.ts'

/** Creates an issuer of id tokens. Throws if a key is invalid, or if no key can sign (see createJwtCodec). */
export const createJoseIdTokenIssuer = (options: Omit<JwtOptions, 'audience'>): IdTokenIssuer => {
  const codec = createJwtCodec({ ...options, audience: `${options.issuer}-id` })
  return {
    mint: (sub, ttlSeconds, notBefore) => async () =>
      E.right(await codec.sign({}, sub, ttlSeconds, notBefore)),
  }
}
