import { isFileOfKind } from '../../domain/access/authorize-file.ts'
import { Restrictions } from '../../domain/access/restrictions.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import type { ForbiddenReason } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaGrant } from '../../ports/media-tokens.ts'
import type { CommonClaims, JwtClaims } from './jwt-claims.ts'

/**
 * Returns whether a `jti` is a token id. A value that is not a text (RFC 7519 §4.1.7) is ignored like an
 * unknown claim.
 */
const isTokenId = (u: unknown): u is string => typeof u === 'string' && u !== ''

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
  // A restriction that cannot be decoded might exclude a part of the file, so the token is refused.
  return E.isLeft(restrictions)
    ? E.left('restriction')
    : E.right({
        sub,
        iat,
        exp,
        ...(isTokenId(claims.jti) && { jti: claims.jti }),
        restrictions: restrictions.right,
      })
}
