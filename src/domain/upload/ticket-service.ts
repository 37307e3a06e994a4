import { E, O, type TE } from '../../fp.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { Revocations } from '../../ports/revocations.ts'
import type { TicketRepository } from '../../ports/ticket-repository.ts'
import type { TicketSecrets } from '../../ports/ticket-secrets.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { UploadRights } from './upload.ts'
import type { TicketChoice, UploadTicket } from './upload-ticket.ts'

/** A new ticket with its secret, which is stored nowhere. */
export type IssuedTicket = {
  readonly secret: string
  readonly ticket: UploadTicket
  /** Where clients create uploads by tus. */
  readonly tusUrl: string
}

/** Issues tickets for uploads, and authenticates callers by them (http-api.md §11.4). */
export type TicketService = {
  readonly issue: (admin: string, choice: TicketChoice) => TE.TaskEither<Unavailable, IssuedTicket>
  /**
   * Returns what the holder of this secret may upload. `origin`: that of the page that sends the request; `null` if there
   * is none. Every ticket that opens nothing fails alike, whether it is unknown, expired, revoked, of another origin, or
   * of a user who is no admin any more.
   */
  readonly authenticate: (
    secret: string,
    origin: string | null,
  ) => TE.TaskEither<Forbidden | Unavailable, UploadRights>
}

type Deps = {
  readonly tickets: TicketRepository
  readonly ticketSecrets: TicketSecrets
  readonly users: Pick<UserRepository, 'isAdmin'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
  readonly newUid: Pick<NewUid, 'ticket'>
  readonly publicUrl: string
}

const refusedTicket = E.left(forbidden('ticket'))

export const createTicketService = (deps: Deps): TicketService => {
  const { tickets, ticketSecrets, users, revocations, newUid, publicUrl } = deps

  const toRights = (ticket: UploadTicket): UploadRights => ({
    owner: { kind: 'ticket', ticket: ticket.uid, admin: ticket.admin },
    credential: null,
    maxBytes: ticket.maxBytes,
    kinds: ticket.kinds,
    fixed: ticket.details,
    deduplicates: false,
    mayView: ticket.mayView,
  })

  return {
    issue: (admin, choice) => async () => {
      const secret = ticketSecrets.create()
      const sha256 = ticketSecrets.hash(secret)
      const added = await tickets.add({ ...choice, uid: newUid.ticket(), admin, sha256 })()
      return E.isLeft(added)
        ? added
        : E.right({ secret, ticket: added.right, tusUrl: `${publicUrl}/api/1/uploads/tus` })
    },

    // Everything is read from the database, and nothing from a cache: an upload needs the database in any case.
    authenticate: (secret, origin) => async () => {
      const found = await tickets.find(ticketSecrets.hash(secret))()
      if (E.isLeft(found)) return found
      if (O.isNone(found.right)) return refusedTicket
      const { uid, admin, origins } = found.right.value
      if (origins !== null && (origin === null || !origins.includes(origin))) return refusedTicket
      const revokedAt = await revocations.findNotBefore({ kind: 'jti', subject: uid })()
      if (E.isLeft(revokedAt)) return revokedAt
      if (revokedAt.right > 0) return refusedTicket
      const isAdmin = await users.isAdmin(admin)()
      if (E.isLeft(isAdmin)) return isAdmin
      return isAdmin.right ? E.right(toRights(found.right.value)) : refusedTicket
    },
  }
}
