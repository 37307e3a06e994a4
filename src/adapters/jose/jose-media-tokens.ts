import type { MediaKind } from '../../domain/media/media-kind.ts'
import { forbidden } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import type { TokenKey } from '../../ports/token-key.ts'
import { createJwtCodec, type SigningOptions } from './jwt-codec.ts'
import { toMediaGrant } from './media-grant.ts'

type Options = Omit<SigningOptions, 'audience' | 'keys'> & {
  readonly keys: Readonly<Record<MediaKind, ReadonlyArray<TokenKey>>>
}

/**
 * Claim in the tokens that Larder itself derives and writes into URLs. This claim does not change what a
 * token permits.
 */
const urlUse = { use: 'url' }

/** Creates MediaTokens. Throws if a key is invalid, or if no key can sign (see createJwtCodec). */
export const createJoseMediaTokens = ({ keys, ...options }: Options): MediaTokens => {
  const codecOf = (kind: MediaKind) =>
    createJwtCodec({ ...options, audience: `${options.issuer}-${kind}`, keys: keys[kind] })
  const codecs = { image: codecOf('image'), content: codecOf('content') }

  return {
    mint:
      (kind, sub, ttlSeconds, restrictions, { pub = false, notBefore } = {}) =>
      async () => {
        const claims = { ...restrictions, ...(pub && { pub }) }
        return E.right(await codecs[kind].sign(claims, sub, ttlSeconds, notBefore))
      },
    derive:
      (kind, { restrictions, ...claims }) =>
      async () =>
        E.right(await codecs[kind].signClaims({ ...restrictions, ...urlUse, ...claims })),
    verifiedGrant: () => undefined,
    verify: (kind, jwt) => async () => {
      const claims = await codecs[kind].verify(jwt)
      if (E.isLeft(claims)) return claims
      return E.mapLeft(forbidden)(toMediaGrant(kind, claims.right, claims.right))
    },
  }
}
