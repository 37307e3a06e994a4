import type { Identity } from '../../ports/id-token-verifier.ts'
import type { JobUid, TicketUid, UploadUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { UploadTicket } from './upload-ticket.ts'

/** Who may see, continue and end an upload: only the admin, or the holder of the ticket, that began it. */
export type UploadOwner =
  | { readonly kind: 'admin'; readonly sub: string }
  | {
      readonly kind: 'ticket'
      readonly ticket: TicketUid
      /** The admin that made the ticket. */
      readonly admin: string
    }

/** What the new file is to be, besides its bytes. */
export type UploadDetails = {
  readonly title: string | null
  readonly alt: string | null
  readonly isPublic: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The id token by which an admin sends bytes. */
type UploadCredential = Pick<Identity, 'iat' | 'jti'>

/** Who sends the bytes of an upload, and by what. */
export type UploadCaller = {
  readonly owner: UploadOwner
  /** `null`: the ticket of the owner, or none, because Larder itself brings the bytes for an admin. */
  readonly credential: UploadCredential | null
}

/** What a caller may upload. */
export type UploadRights = UploadCaller & {
  /** Maximum length of a file in bytes. */
  readonly maxBytes: number
  /** The kinds of files that are accepted; `null`: all. */
  readonly kinds: ReadonlyArray<MediaKind> | null
  /**
   * What a ticket says of its files. Then the client chooses only the file name, and the title if the ticket has none.
   * `null`: the client chooses everything.
   */
  readonly fixed: UploadTicket['details'] | null
  /**
   * Whether the same bytes become the file that the library has already. An upload by ticket is always a file of its
   * own, because its caller must not learn what the library has.
   */
  readonly deduplicates: boolean
  /** Whether the state of an upload shows a token for its file. */
  readonly mayView: boolean
}

/**
 * How the bytes arrive. A `multipart` body cannot be continued. `url`: Larder fetches them.
 */
export const uploadProtocols = ['tus', 'multipart', 'url'] as const
export type UploadProtocol = (typeof uploadProtocols)[number]

/**
 * State of an upload. `receiving`: bytes are missing. `received`: all bytes are on disk, which is acknowledged.
 * `in_library`: the original is stored, and the library has the file. `refused`: the bytes are not accepted.
 */
export const storedUploadStates = ['receiving', 'received', 'in_library', 'refused'] as const
export type StoredUploadState = (typeof storedUploadStates)[number]

/** Hash of the first bytes of an upload, which can be continued by any process. */
export type HashState = {
  /** Saved state of SHA-512, in base64. */
  readonly sha512: string
}

/** The file of the library that an upload becomes. */
export type UploadTarget = {
  readonly kind: MediaKind
  readonly media: string
  /** The job that makes its exports; `null` if there is nothing to make. */
  readonly job: JobUid | null
}

/** An upload as it is stored. Times are in milliseconds since 1970, by the clock of the database. */
export type Upload = {
  readonly uid: UploadUid
  readonly owner: UploadOwner
  readonly protocol: UploadProtocol
  /** The folder of incoming files that has its bytes. Only processes that share this folder continue it. */
  readonly folder: string
  readonly state: StoredUploadState
  /** Length in bytes; `null` if the client has not said it yet. */
  readonly length: number | null
  /** Number of bytes that are certainly on disk. */
  readonly offset: number
  /** State of the hash at `offset`; `null` at the start. */
  readonly hashes: HashState | null
  readonly name: string
  readonly details: UploadDetails
  readonly kinds: ReadonlyArray<MediaKind> | null
  readonly maxBytes: number
  readonly deduplicates: boolean
  readonly mayView: boolean
  /** The `Upload-Metadata` of a tus client as it was sent, which HEAD returns; `null` for the rest. */
  readonly sentMetadata: string | null
  /** Digest of all bytes in lower-case hex; `null` before the state `received`. */
  readonly sha512: string | null
  /** `null` before the state `received`. */
  readonly target: UploadTarget | null
  /** Why it was refused; `null` for another state. */
  readonly reason: string | null
  readonly createdAt: number
  /** When the last byte arrived. */
  readonly touchedAt: number
  /** When it expires unless more bytes arrive. */
  readonly expiresAt: number
}

/** An upload that begins. `announced`: the space that it needs, as far as the client has said (bytes). */
export type NewUpload = { readonly announced: number } & Pick<
  Upload,
  | 'uid'
  | 'owner'
  | 'protocol'
  | 'folder'
  | 'length'
  | 'name'
  | 'details'
  | 'kinds'
  | 'maxBytes'
  | 'deduplicates'
  | 'mayView'
  | 'sentMetadata'
>

/** All bytes of an upload are on disk. */
export type ReceivedUpload = {
  readonly length: number
  readonly sha512: string
  readonly target: UploadTarget & { readonly job: JobUid }
}
