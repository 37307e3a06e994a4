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
