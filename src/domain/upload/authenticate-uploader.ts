import type { TE } from '../../fp.ts'
import type { Forbidden, Unavailable } from '../shared/errors.ts'
import type { TicketService } from './ticket-service.ts'
import type { UploadRights } from './upload.ts'

/** Returns what the holder of a token may upload. `origin`: that of the page that sends the request; `null` if there is none. */
export type AuthenticateUploader = (
  token: string,
  origin: string | null,
) => TE.TaskEither<Forbidden | Unavailable, UploadRights>

/** The form of the secret of a ticket. An id token has dots. */
const ticketForm = /^[\w-]{43}$/

/** Authenticates holders of tickets, and everyone else by `asAdmin`. */
export const createAuthenticateUploader =
  (
    asAdmin: (idToken: string) => TE.TaskEither<Forbidden | Unavailable, UploadRights>,
    { authenticate }: Pick<TicketService, 'authenticate'>,
  ): AuthenticateUploader =>
  (token, origin) =>
    ticketForm.test(token) ? authenticate(token, origin) : asAdmin(token)
