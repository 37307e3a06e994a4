import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** People who sign in, by the `sub` of their id token. */
export type UserRepository = {
  /** `false` also for a user who is not known. */
  readonly isAdmin: (sub: string) => TE.TaskEither<Unavailable, boolean>
  /** A user who is not known is made. */
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
}
