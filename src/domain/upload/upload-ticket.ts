import type { TicketUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { UploadDetails } from './upload.ts'

/** A ticket as it is stored (http-api.md §11.4). Times are in milliseconds since 1970, by the clock of the database. */
export type UploadTicket = {
  readonly uid: TicketUid
  /** The admin that made it. */
  readonly admin: string
  /** Maximum length of a file in bytes. */
  readonly maxBytes: number
  readonly kinds: ReadonlyArray<MediaKind>
  /** Number of files that may be uploaded with it. */
  readonly count: number
  /** Number of uploads that were begun, without those that were given back. */
  readonly used: number
  /** The origins of pages that may use it; `null`: all. */
  readonly origins: ReadonlyArray<string> | null
  readonly details: Omit<UploadDetails, 'alt'>
  readonly mayView: boolean
  readonly createdAt: number
  readonly expiresAt: number
}

/** What an admin chooses for a ticket. */
export type TicketChoice = Omit<UploadTicket, 'uid' | 'admin' | 'used' | 'createdAt' | 'expiresAt'> & {
  readonly expiresInSeconds: number
}

/** A ticket to be stored. `sha256`: that of its secret, in lower-case hex. */
export type NewUploadTicket = TicketChoice & Pick<UploadTicket, 'uid' | 'admin'> & { readonly sha256: string }

/** The limits of what an admin chooses (http-api.md §11.4). */
export const ticketLimits = { maxCount: 100, maxSeconds: 7 * 86_400, maxOrigins: 20 } as const

/** Number of requests of a ticket that one process serves at a time. */
export const maxRequestsOfTicket = 3
