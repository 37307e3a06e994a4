import { canNameFile } from '../../domain/access/access.ts'
import { Restrictions } from '../../domain/access/restrictions.ts'
import type { ForbiddenReason } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { MediaGrant, MediaKind } from '../../ports/media-tokens.ts'
import type { JwtClaims, SubjectAndEnd } from './jwt-claims.ts'

/**
 * What a media token opens whose signature and times are good. The server and `token --explain` both ask here: an
 * explanation that checked less would say "opens" of a token that opens nothing (V61).
 */
export const mediaGrantOf = (
  kind: MediaKind,
  claims: JwtClaims,
  { sub, exp }: SubjectAndEnd,
): E.Either<ForbiddenReason, MediaGrant> => {
  if (!canNameFile(kind, sub)) return E.left('other_subject')
  const restrictions = Restrictions.decode(claims)
  // What a token asks for, and cannot be understood, might be less than the whole file.
  return E.isLeft(restrictions)
    ? E.left('restriction')
    : E.right({ sub, exp, restrictions: restrictions.right })
}
