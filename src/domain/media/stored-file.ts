import type { StoredFileUid } from './ids.ts'

/** The content type of an original whose format is unknown, and of every original that releases up to 0.1.0 stored. */
export const unknownContentType = 'application/octet-stream'

/**
 * An object in the object store, and the expected size and checksum of its bytes. A stored file never
 * changes.
 */
export type StoredFile = {
  readonly uid: StoredFileUid
  /** Key of the object in the object store. */
  readonly key: string
  readonly contentType: string
  /** Size in bytes. */
  readonly size: number
  /** The sha256 of the bytes, in lower-case hex. */
  readonly sha256: string
}
