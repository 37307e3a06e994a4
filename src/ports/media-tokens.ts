import type { Restrictions } from '../domain/access/restrictions.ts'
import type { MediaKind } from '../domain/media/media-kind.ts'
import type { Forbidden } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Verified claims of a media token: the logical file that it opens, and its expiry (http-api.md §2.1). */
export type MediaGrant = {
  /** Uid of an image file or of a content file. */
  readonly sub: string
  /** Time at which the token was minted (seconds since 1970). */
  readonly iat: number
  /** Time at which the token expires (seconds since 1970). */
  readonly exp: number
  /** Id of the token, if its issuer gave it one (RFC 7519 §4.1.7). */
  readonly jti?: string
  readonly restrictions: Restrictions
}

/** Mints and verifies media tokens. */
export type MediaTokens = {
  /**
   * Mints a token whose `iat` is one second in the past (http-api.md §2.3). Without restrictions the token
   * opens the whole file.
   */
  readonly mint: (
    kind: MediaKind,
    sub: string,
    ttlSeconds: number,
    restrictions?: Restrictions,
  ) => TE.TaskEither<never, string>
  /**
   * Mints a token for URLs. It opens the same file for the same time, with the same restrictions, as the
   * token of this grant (http-api.md §3.2). It has the same `iat` and `jti`, so that a revocation of that
   * token also revokes it. It differs from every token of `mint`, so that a token that came in a header
   * never appears in a URL.
   */
  readonly derive: (kind: MediaKind, grant: MediaGrant) => TE.TaskEither<never, string>
  /**
   * Fails with `Forbidden` for a wrong signature, algorithm, `kid`, `iss` or `aud`, a missing claim, an
   * expired token, a subject of another kind, or a malformed restriction. Ignores unknown claims.
   */
  readonly verify: (kind: MediaKind, jwt: string) => TE.TaskEither<Forbidden, MediaGrant>
  /**
   * Returns a cached result of `verify` that is still valid. If the result is `undefined`, the caller must
   * call `verify`.
   */
  readonly verifiedGrant: (kind: MediaKind, jwt: string) => MediaGrant | undefined
}
