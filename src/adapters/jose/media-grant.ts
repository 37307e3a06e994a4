import { isFileOfKind } from '../../domain/access/access.ts'
import { Restrictions } from '../../domain/access/restrictions.ts'
import type { ForbiddenReason } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaGrant, MediaKind } from '../../ports/media-tokens.ts'
import type { CommonClaims, JwtClaims } from './jwt-claims.ts'

/** Any other value than a text names no token (RFC 7519 §4.1.7), and is ignored like an unknown claim. */
const isTokenId = (u: unknown): u is string => typeof u === 'string' && u !== ''

/**
 * Returns what a media token with valid signature and times opens. Shared by the server and `token
 * --explain`: an explanation with fewer checks would say "opens" for a token that opens nothing (V61).
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
