import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** Users, identified by the `sub` of their id token. */
export type UserRepository = {
  /** Returns whether the user is an admin; `false` for an unknown user. */
  readonly isAdmin: (sub: string) => TE.TaskEither<Unavailable, boolean>
  /** Sets whether the user is an admin. Creates an unknown user. */
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
}
