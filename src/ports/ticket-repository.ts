import type { Unavailable } from '../domain/shared/errors.ts'
import type { NewUploadTicket, UploadTicket } from '../domain/upload/upload-ticket.ts'
import type { O, TE } from '../fp.ts'

/**
 * Tickets for uploads (http-api.md §11.4). A ticket is found by the SHA-256 of its secret, and by nothing else. An upload
 * that begins takes its part of the count itself (ports/upload-repository.ts).
 */
export type TicketRepository = {
  /**
   * Stores a new ticket, which expires by the clock of the store. Also deletes some of those that expired long ago: no
   * upload that was begun with them can be continued.
   */
  readonly add: (ticket: NewUploadTicket) => TE.TaskEither<Unavailable, UploadTicket>
  /** Returns the ticket with this SHA-256, in lower-case hex, unless it has expired. One that is used up is returned. */
  readonly find: (sha256: string) => TE.TaskEither<Unavailable, O.Option<UploadTicket>>
}

/** How long the row of a ticket is stored after it has expired (seconds). Uploads last as long at most. */
export const expiredTicketSeconds = 7 * 86_400
