import * as t from 'io-ts'
import { Subject } from '../../domain/access/subject.ts'
import { isTokenTime } from '../../domain/access/token-times.ts'
import type { ForbiddenReason } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'

/**
 * The claims of a token with a valid signature. The claims may be any JSON object, because their values are
 * not checked.
 */
export type JwtClaims = Readonly<Record<string, unknown>>

/** The claims that every token has. Times are in seconds since 1970. */
export type CommonClaims = {
  readonly sub: string
  readonly iat: number
  readonly exp: number
}

/**
 * Returns the `jti`, if the token has one. A value that is not a text (RFC 7519 §4.1.7) is ignored like an
 * unknown claim.
 */
export const tokenIdOf = ({ jti }: JwtClaims): { readonly jti?: string } =>
  typeof jti === 'string' && jti !== '' ? { jti } : {}

const hasAudience = (u: unknown, audience: string): boolean =>
  u === audience || (Array.isArray(u) && u.includes(audience))

type ClaimRules = {
  readonly issuer: string
  readonly audience: string
  readonly leewaySeconds: number
  /** Maximum of `exp` minus `iat` (seconds). */
  readonly maxTtlSeconds: number
  /** Current time in seconds since 1970. */
  readonly now: number
}

/**
 * Maximum time by which the clock of an issuer may be ahead (seconds). A token that claims to be minted later
 * is refused, because no revocation by time would end it (http-api.md §2.1).
 */
const maxAheadSeconds = 60

/**
 * Checks the claims `sub iss aud exp iat` (http-api.md §2.1), which are required, and `nbf` if it is present.
 */
export const checkClaims = (
  { sub, iss, aud, exp, iat, nbf }: JwtClaims,
  { issuer, audience, leewaySeconds, maxTtlSeconds, now }: ClaimRules,
): E.Either<ForbiddenReason, CommonClaims> => {
  if (iss !== issuer) return E.left('issuer')
  if (!hasAudience(aud, audience)) return E.left('audience')
  if (!Subject.is(sub) || !isTokenTime(exp) || !isTokenTime(iat)) return E.left('claims')
  if (nbf !== undefined && !(isTokenTime(nbf) && nbf <= now + leewaySeconds)) return E.left('claims')
  if (iat > now + maxAheadSeconds) return E.left('issued_later')
  if (exp <= now - leewaySeconds) return E.left('expired')
  if (exp - iat > maxTtlSeconds) return E.left('lifetime')
  return E.right({ sub, iat, exp })
}

/**
 * Reads the claims of a token; `null` if the payload is not a JSON object. Throws if it is not UTF-8 or not
 * JSON.
 */
export const readClaims = (payload: Uint8Array): JwtClaims | null => {
  const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  return t.UnknownRecord.is(claims) && !Array.isArray(claims) ? claims : null
}
