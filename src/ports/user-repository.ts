import type { Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** `not_admin`: the user was none. `last_admin`: there is no other admin, so the user stays one. */
export type AdminRemoval = 'removed' | 'not_admin' | 'last_admin'

/** Users, identified by the `sub` of their id token. */
export type UserRepository = {
  /** Returns whether the user is an admin; `false` for an unknown user. */
  readonly isAdmin: (sub: string) => TE.TaskEither<Unavailable, boolean>
  /** Sets whether the user is an admin. Creates an unknown user. */
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
  /** Returns at most `limit` admins in the order of their `sub` (by its bytes), those after `after`; `null`: the first. */
  readonly listAdmins: (
    after: string | null,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Ends the right of an admin, unless no admin would remain, also if admins remove each other at once. */
  readonly removeAdmin: (sub: string) => TE.TaskEither<Unavailable, AdminRemoval>
}
