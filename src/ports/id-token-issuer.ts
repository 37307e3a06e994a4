import type { TE } from '../fp.ts'

/** Mints id tokens with Larder's own key: `aud` = `{issuer}-id` (http-api.md §8.1). */
export type IdTokenIssuer = {
  /**
   * Mints an id token with a random `jti`. `iat` is one second in the past or `notBefore` (seconds since 1970),
   * whichever is later, so that a revocation of earlier tokens does not refuse this one.
   */
  readonly mint: (sub: string, ttlSeconds: number, notBefore?: number) => TE.TaskEither<never, string>
}
