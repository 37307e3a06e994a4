import { E, type TE } from '../../fp.ts'
import type { Revocations, RevocationTarget } from '../../ports/revocations.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { UploadCaller } from './upload.ts'

/**
 * Fails with Forbidden if the caller of an upload has no right to send its bytes any more: the admin is none, or the id
 * token of the request was revoked, or the ticket was, or its admin is none.
 */
export type StillMayUpload = TE.TaskEither<Forbidden | Unavailable, void>

/** Returns what tells whether a caller may still send bytes. */
export type WatchRight = (caller: UploadCaller) => StillMayUpload

type Deps = {
  readonly users: Pick<UserRepository, 'isAdmin'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
}

/** A revocation that ends the right if its time is later than `upTo` (seconds since 1970). */
type Ending = { readonly target: RevocationTarget; readonly upTo: number }

/** Nothing that was revoked by its id is given back. */
const byId = (subject: string): Ending => ({ target: { kind: 'jti', subject }, upTo: 0 })

const endingsOf = ({ owner, credential }: UploadCaller): ReadonlyArray<Ending> => {
  if (owner.kind === 'ticket') return [byId(owner.ticket)]
  // A fetch goes on without a token.
  if (credential === null) return []
  const { iat, jti } = credential
  const ofUser: Ending = { target: { kind: 'sub', subject: owner.sub }, upTo: iat }
  return jti === undefined ? [ofUser] : [ofUser, byId(jti)]
}

/**
 * Everything is read from the database: a request of hours would be served by what a cache had at its begin. The token
 * itself is compared, because it may be revoked between its check and the first byte.
 */
export const createWatchRight =
  ({ users, revocations }: Deps): WatchRight =>
  (caller) => {
    const { owner } = caller
    const refusal = forbidden(owner.kind === 'ticket' ? 'ticket' : 'not_admin')
    const endings = endingsOf(caller)
    return async () => {
      for (const { target, upTo } of endings) {
        const revokedAt = await revocations.findNotBefore(target)()
        if (E.isLeft(revokedAt)) return revokedAt
        if (revokedAt.right > upTo) return E.left(refusal)
      }
      const isAdmin = await users.isAdmin(owner.kind === 'ticket' ? owner.admin : owner.sub)()
      if (E.isLeft(isAdmin)) return isAdmin
      return isAdmin.right ? E.right(undefined) : E.left(refusal)
    }
  }
