import { E, type TE } from '../../fp.ts'
import type { Revocations } from '../../ports/revocations.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { UploadOwner } from './upload.ts'

/**
 * Fails with Forbidden if the owner of an upload has lost the right to send its bytes since the request began: the admin
 * is none any more, or the ticket is revoked, or its admin is none.
 */
export type MayUpload = (owner: UploadOwner) => TE.TaskEither<Forbidden | Unavailable, void>

type Deps = {
  readonly users: Pick<UserRepository, 'isAdmin'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
}

/** Everything is read from the database: a request of hours would be served by what a cache had at its begin. */
export const createMayUpload =
  ({ users, revocations }: Deps): MayUpload =>
  (owner) =>
  async () => {
    if (owner.kind === 'ticket') {
      const revokedAt = await revocations.findNotBefore({ kind: 'jti', subject: owner.ticket })()
      if (E.isLeft(revokedAt)) return revokedAt
      if (revokedAt.right > 0) return E.left(forbidden('ticket'))
    }
    const isAdmin = await users.isAdmin(owner.kind === 'ticket' ? owner.admin : owner.sub)()
    if (E.isLeft(isAdmin)) return isAdmin
    if (isAdmin.right) return E.right(undefined)
    return E.left(forbidden(owner.kind === 'ticket' ? 'ticket' : 'not_admin'))
  }
