import { E } from '../../fp.ts'
import type { IdTokens } from '../../ports/id-tokens.ts'
import { createJwtCodec, type JwtCodecOptions } from './jwt-codec.ts'

/** Throws for an invalid key (see createJwtCodec). */
export const createJoseIdTokens = (options: Omit<JwtCodecOptions, 'audience'>): IdTokens => {
  const codec = createJwtCodec({ ...options, audience: `${options.issuer}-id` })
  return {
    mint: (sub, ttlSeconds) => async () => E.right(await codec.sign({}, sub, ttlSeconds)),
    verify: (jwt) => async () => {
      const claims = await codec.verify(jwt)
      return E.isLeft(claims) ? claims : E.right({ sub: claims.right.sub })
    },
  }
}
