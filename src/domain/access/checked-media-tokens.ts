import { E, TE } from '../../fp.ts'
import type { MediaGrant, MediaTokens } from '../../ports/media-tokens.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { isUid } from '../media/uid-text.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { PublicCheck } from './public-files.ts'
import type { RevocationIndex } from './revocation-index.ts'

declare const checked: unique symbol

/**
 * Media tokens as routes and services use them: verification also refuses revoked tokens, and tokens of public
 * files that are not public any more. Only this file creates them, so that no route can use unchecked tokens.
 */
export type CheckedMediaTokens = Omit<MediaTokens, 'verify'> & {
  /**
   * Verifies as MediaTokens does. Also fails with Forbidden('revoked'), and with Forbidden('not_public') for a
   * token with `pub` whose file is not public.
   */
  readonly verify: (kind: MediaKind, jwt: string) => TE.TaskEither<Forbidden | Unavailable, MediaGrant>
  readonly [checked]: true
}

type Deps = {
  readonly tokens: MediaTokens
  readonly revocationIndex: RevocationIndex
  readonly checkPublic: PublicCheck
}

export const createCheckedMediaTokens = ({
  tokens,
  revocationIndex,
  checkPublic,
}: Deps): CheckedMediaTokens => {
  const { isRevoked, notBeforeOf } = revocationIndex

  // A token that another service has signed may name something else than a uid.
  const checkPublicGrant = (
    kind: MediaKind,
    { sub }: MediaGrant,
  ): TE.TaskEither<Forbidden | Unavailable, unknown> =>
    isUid(sub) ? checkPublic(kind, sub) : TE.left(forbidden('not_public'))

  const checkedTokens: Omit<CheckedMediaTokens, typeof checked> = {
    mint: (kind, sub, ttlSeconds, restrictions, { pub = false, notBefore = 0 } = {}) =>
      tokens.mint(kind, sub, ttlSeconds, restrictions, {
        pub,
        notBefore: Math.max(notBefore, notBeforeOf(sub)),
      }),
    derive: tokens.derive,
    // A public flag is read from the cache, which is asynchronous, so a token with `pub` is never replayed to.
    verifiedGrant: (kind, jwt) => {
      const grant = tokens.verifiedGrant(kind, jwt)
      return grant === undefined || grant.pub === true || isRevoked(grant) ? undefined : grant
    },
    verify: (kind, jwt) => async () => {
      const verified = await tokens.verify(kind, jwt)()
      if (E.isLeft(verified)) return verified
      await revocationIndex.filling()
      if (isRevoked(verified.right)) return E.left(forbidden('revoked'))
      if (verified.right.pub !== true) return verified
      const isPublic = await checkPublicGrant(kind, verified.right)()
      return E.isLeft(isPublic) ? isPublic : verified
    },
  }
  return checkedTokens as CheckedMediaTokens
}
