import type { Forbidden, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Identity of a user, and the id token that shows it (http-api.md §8.1). */
export type Identity = {
  readonly sub: string
  /** Time at which the token was minted (seconds since 1970). */
  readonly iat: number
  /** Id of the token, if its issuer gave it one (RFC 7519 §4.1.7). */
  readonly jti?: string
}

/** Verifies the id tokens of one issuer, which may be an external service. */
export type IdTokenVerifier = {
  /**
   * Fails with `Forbidden` for a token that this issuer did not sign for Larder, or that has expired. Fails
   * with `Unavailable` if the keys of the issuer could not be read.
   */
  readonly verify: (jwt: string) => TE.TaskEither<Forbidden | Unavailable, Identity>
}
