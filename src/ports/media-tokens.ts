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
  /** `true`: the token was minted for every client, and opens the file only while it is public. */
  readonly pub?: true
  readonly restrictions: Restrictions
}

/** Optional properties of a new media token. */
type MintOptions = {
  /** Whether the token opens the file only while it is public (http-api.md §4.2). */
  readonly pub?: boolean
  /** The least `iat` (seconds since 1970): tokens of the file that were minted earlier are revoked. */
  readonly notBefore?: number
}

/** Signs and verifies media tokens. Knows neither revocations nor public files: see CheckedMediaTokens. */
export type MediaTokens = {
  /**
   * Mints a token with a random `jti`, whose `iat` is one second in the past or `notBefore`, whichever is later
   * (http-api.md §2.3). Without restrictions the token opens the whole file. A lifetime above the maximum
   * (TOKEN_MAX_TTL_SECONDS) is shortened to it, so that `verify` accepts the token.
   */
  readonly mint: (
    kind: MediaKind,
    sub: string,
    ttlSeconds: number,
    restrictions?: Restrictions,
    options?: MintOptions,
  ) => TE.TaskEither<never, string>
  /**
   * Mints a token for URLs. It opens the same file for the same time, with the same restrictions, as the
   * token of this grant (http-api.md §3.2). It has the same `iat`, `jti` and `pub`, so that a revocation of that
   * token also revokes it. It differs from every token of `mint`, so that a token that came in a header
   * never appears in a URL.
   */
  readonly derive: (kind: MediaKind, grant: MediaGrant) => TE.TaskEither<never, string>
  /**
   * Fails with `Forbidden` for a wrong signature, algorithm, `kid`, `iss` or `aud`, a missing claim, an
   * expired token, a lifetime above the maximum, an `iat` in the future, a subject of another kind, or a
   * malformed restriction. Ignores unknown claims.
   */
  readonly verify: (kind: MediaKind, jwt: string) => TE.TaskEither<Forbidden, MediaGrant>
  /**
   * Returns a cached result of `verify` that is still valid. If the result is `undefined`, the caller must
   * call `verify`.
   */
  readonly verifiedGrant: (kind: MediaKind, jwt: string) => MediaGrant | undefined
}
