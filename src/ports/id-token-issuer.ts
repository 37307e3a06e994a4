import type { TE } from '../fp.ts'

/** Mints id tokens with Larder's own key: `aud` = `{issuer}-id` (http-api.md §8.1). */
export type IdTokenIssuer = {
  readonly mint: (sub: string, ttlSeconds: number) => TE.TaskEither<never, string>
}
