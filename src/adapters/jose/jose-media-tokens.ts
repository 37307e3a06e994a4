import { forbidden } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { createJwtCodec, type JwtCodecOptions } from './jwt-codec.ts'
import type { TokenKey } from './token-key.ts'

type Options = Omit<JwtCodecOptions, 'audience' | 'keys'> & {
  readonly keys: Readonly<Record<MediaKind, ReadonlyArray<TokenKey>>>
}

// A token that asks for less than the whole file must never open the whole file.
const restrictions = ['maxh', 'clip', 'exports']

/** Throws when a key is not one (see createJwtCodec). */
export const createJoseMediaTokens = ({ keys, ...options }: Options): MediaTokens => {
  const codecOf = (kind: MediaKind) =>
    createJwtCodec({ ...options, audience: `${options.issuer}-${kind}`, keys: keys[kind] })
  const codecs = { image: codecOf('image'), content: codecOf('content') }

  return {
    mint: (kind, sub, ttlSeconds) => async () => E.right(await codecs[kind].sign({}, sub, ttlSeconds)),
    verify: (kind, jwt) => async () => {
      const claims = await codecs[kind].verify(jwt)
      if (E.isLeft(claims)) return claims
      if (restrictions.some((name) => name in claims.right)) return E.left(forbidden('restriction'))
      return E.right({ sub: claims.right.sub, exp: claims.right.exp })
    },
  }
}
