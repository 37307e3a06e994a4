import { isFileOfKind } from '../../domain/access/authorize-file.ts'
import { Restrictions } from '../../domain/access/restrictions.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import type { ForbiddenReason } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaGrant } from '../../ports/media-tokens.ts'
import { type CommonClaims, type JwtClaims, tokenIdOf } from './jwt-claims.ts'

/**
 * Returns what a media token with a valid signature and valid times permits. The server and `token --explain`
 * share this function: with fewer checks, the explanation would accept tokens that the server refuses (V61).
 */
export const toMediaGrant = (
  kind: MediaKind,
  claims: JwtClaims,
  { sub, iat, exp }: CommonClaims,
): E.Either<ForbiddenReason, MediaGrant> => {
  if (!isFileOfKind(kind, sub)) return E.left('other_subject')
  const restrictions = Restrictions.decode(claims)
  const { pub } = claims
  // A restriction that cannot be decoded might exclude a part of the file, so the token is refused.
  if (E.isLeft(restrictions) || (pub !== undefined && typeof pub !== 'boolean')) return E.left('restriction')
  return E.right({
    sub,
    iat,
    exp,
    ...tokenIdOf(claims),
    ...(pub === true && { pub }),
    restrictions: restrictions.right,
  })
}
