import { E, O, type TE } from '../../fp.ts'
import type { Revocations, RevocationTarget } from '../../ports/revocations.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { Upload, UploadOwner } from './upload.ts'

/**
 * Fails with Forbidden if the owner of an upload has lost the right to send its bytes since the request began: the admin
 * is none any more, or the admin's id tokens were revoked, or the ticket is revoked, or its admin is none.
 */
export type StillMayUpload = TE.TaskEither<Forbidden | Unavailable, void>

/** Begins to watch the right of the owner of an upload. Call it when the request begins. */
export type WatchRight = (
  upload: Pick<Upload, 'owner' | 'protocol'>,
) => TE.TaskEither<Unavailable, StillMayUpload>

type Deps = {
  readonly users: Pick<UserRepository, 'isAdmin'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
}

/** What is revoked to end the right, and whose right it is. */
type Terms = { readonly target: O.Option<RevocationTarget>; readonly admin: string }

/** Everything is read from the database: a request of hours would be served by what a cache had at its begin. */
export const createWatchRight = ({ users, revocations }: Deps): WatchRight => {
  const termsOf = ({ owner, protocol }: Parameters<WatchRight>[0]): Terms => {
    if (owner.kind === 'ticket')
      return { target: O.some({ kind: 'jti', subject: owner.ticket }), admin: owner.admin }
    const target = { kind: 'sub', subject: owner.sub } as const
    // A fetch goes on without a token.
    return { target: protocol === 'url' ? O.none : O.some(target), admin: owner.sub }
  }

  const check =
    (owner: UploadOwner, { target, admin }: Terms, before: number): StillMayUpload =>
    async () => {
      const refusal = forbidden(owner.kind === 'ticket' ? 'ticket' : 'not_admin')
      if (O.isSome(target)) {
        const revokedAt = await revocations.findNotBefore(target.value)()
        if (E.isLeft(revokedAt)) return revokedAt
        if (revokedAt.right > before) return E.left(refusal)
      }
      const isAdmin = await users.isAdmin(admin)()
      if (E.isLeft(isAdmin)) return isAdmin
      return isAdmin.right ? E.right(undefined) : E.left(refusal)
    }

  return (upload) => async () => {
    const { owner } = upload
    const terms = termsOf(upload)
    // The id token of this request is younger than an earlier revocation; a ticket is revoked for good.
    if (owner.kind === 'ticket' || O.isNone(terms.target)) return E.right(check(owner, terms, 0))
    const before = await revocations.findNotBefore(terms.target.value)()
    return E.isLeft(before) ? before : E.right(check(owner, terms, before.right))
  }
}
