import type { Restrictions } from '../domain/access/restrictions.ts'
import type { Forbidden } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Images and content have keys and audiences of their own. */
export type MediaKind = 'image' | 'content'

/** A media token that was verified: which logical file it opens, and until when (http-api.md §2.1). */
export type MediaGrant = {
  /** Uid of an image file or of a content file. */
  readonly sub: string
  /** Seconds since 1970. */
  readonly exp: number
  readonly restrictions: Restrictions
}

/** Mints and verifies media tokens. */
export type MediaTokens = {
  /** `ttlSeconds` from now; `iat` is one second back (http-api.md §2.3). Without restrictions it opens the whole file. */
  readonly mint: (
    kind: MediaKind,
    sub: string,
    ttlSeconds: number,
    restrictions?: Restrictions,
  ) => TE.TaskEither<never, string>
  /**
   * The same, to stand in URLs (http-api.md §3.2): of other letters than every token that `mint` gives, so that a token
   * which came in a header is never shown, also in the second in which it was minted.
   */
  readonly derive: (
    kind: MediaKind,
    sub: string,
    ttlSeconds: number,
    restrictions?: Restrictions,
  ) => TE.TaskEither<never, string>
  /**
   * `Forbidden` for whatever is not a good token of this kind: signature, algorithm, `kid`, `iss`, `aud`, a
   * missing claim, expired, a subject of another kind, or a restriction that cannot be made sense of. Claims that are not known are ignored.
   */
  readonly verify: (kind: MediaKind, jwt: string) => TE.TaskEither<Forbidden, MediaGrant>
  /** What `verify` has found out before and would say now, told without waiting. `undefined`: `verify` may know more. */
  readonly verifiedGrant: (kind: MediaKind, jwt: string) => MediaGrant | undefined
}
