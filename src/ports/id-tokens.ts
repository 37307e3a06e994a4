import type { Forbidden } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Identity of a user (http-api.md §8.1). */
export type Identity = { readonly sub: string }

/** Mints and verifies id tokens: HS256, `aud` = `{issuer}-id`. */
export type IdTokens = {
  readonly mint: (sub: string, ttlSeconds: number) => TE.TaskEither<never, string>
  readonly verify: (jwt: string) => TE.TaskEither<Forbidden, Identity>
}
